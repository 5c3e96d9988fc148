// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU TCG plugin that counts between the marks of bench.h:
 *
 *   locked           instructions with a lock prefix and xchg with memory, of
 *                    CPU 0. On a cache line that CPU 1 so touches M times
 *                    between the same marks, up to M of them count as shared
 *                    as well: no more can have found the line with that CPU,
 *                    in whatever order the two ran
 *   span=HEX:SIZE    instructions from entering the function there until it
 *                    returns, what it calls included
 *   profile          instructions by address of their block
 *
 * Writes to out=FILE for the Nth pair of marks:
 *
 *   N locked TOTAL SHARED      N lock HEX TOTAL SHARED
 *   N span CALLS TOTAL         N at HEX TOTAL
 *
 * The latter two count blocks of instructions when they begin; those that an
 * exception ends early are counted whole. They are for nodes with one CPU.
 *
 * With two, each must have a thread of the emulator (--bare, not --icount): else
 * the emulator names the CPU that translated a block, not the one that runs it.
 * A table has one writer then; what one CPU counts while the other clears or
 * reads the tables may be lost.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What we use of the plugin interface, version 4; Debian has no header for it. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { NO_REGS = 0, MEM_READ = 1 };

/* The low byte of the marks of bench.h. */
enum { MARK_BEGIN = 1, MARK_END = 2, MARK_IDLE = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
	void (*cb)(unsigned int, void *), int flags, void *arg);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
	void (*cb)(unsigned int, void *), int flags, void *arg);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
	void (*cb)(unsigned int, uint32_t, uint64_t, void *), int flags, int rw, void *arg);

__attribute__((visibility("default"))) int qemu_plugin_version = 4;
__attribute__((visibility("default")))
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

#define CPUS	2
#define BLOCKS	(1u << 21)
#define LOCKS	(1u << 19)

/* Locked instructions by address and cache line, blocks by address and length. */
struct slot {
	uint64_t pc, line;
	uint64_t n, met;
};
static struct slot *locks[CPUS], *blocks;

static FILE *out;
static bool want_locked, want_profile;
static volatile bool counting;
static unsigned int pair, depth;
static uint64_t span, span_size, span_calls, span_total;
static bool pending[CPUS];	/* a locked instruction has begun, its access is to come */

static struct slot *find(struct slot *table, unsigned int size, uint64_t pc, uint64_t line)
{
	uint32_t i = (pc * 31 + line) * 0x9e3779b97f4a7c15ull >> 32;
	struct slot *s;
	unsigned int tries = 0;

	for (;; i++) {
		if (++tries == size) {
			fprintf(stderr, "count: table of %u is full\n", size);
			abort();
		}
		s = &table[i % size];
		if (!s->pc) {
			s->pc = pc;
			s->line = line;
		}
		if (s->pc == pc && s->line == line)
			return s;
	}
}

static struct slot *new_table(unsigned int size)
{
	struct slot *table = calloc(size, sizeof(*table));

	if (!table) {
		perror("count");
		abort();
	}
	return table;
}

/* How often a CPU came to each line. */
static struct slot *by_line(unsigned int cpu)
{
	struct slot *lines = new_table(LOCKS), *s;

	for (s = locks[cpu]; s < locks[cpu] + LOCKS; s++)
		if (s->n)
			find(lines, LOCKS, 1, s->line)->n += s->n;
	return lines;
}

static void report_locks(void)
{
	struct slot *mine = by_line(0), *others = by_line(1), *by_pc = new_table(LOCKS), *s, *p;
	uint64_t total = 0, shared = 0, line, other, met;

	for (s = locks[0]; s < locks[0] + LOCKS; s++) {
		if (!s->n)
			continue;
		line = find(mine, LOCKS, 1, s->line)->n;
		other = find(others, LOCKS, 1, s->line)->n;
		/* the instructions on a line have their parts of what it met */
		met = other < line ? s->n * other / line : s->n;
		p = find(by_pc, LOCKS, s->pc, 0);
		p->n += s->n;
		p->met += met;
		total += s->n;
		shared += met;
	}
	fprintf(out, "%u locked %lu %lu\n", pair, total, shared);
	for (p = by_pc; p < by_pc + LOCKS; p++)
		if (p->n)
			fprintf(out, "%u lock %lx %lu %lu\n", pair, p->pc, p->n, p->met);
	free(mine);
	free(others);
	free(by_pc);
}

static void begin(unsigned int cpu, void *arg)
{
	counting = true;
	depth = 0;
	span_calls = span_total = 0;
	for (unsigned int i = 0; i < CPUS; i++)
		memset(locks[i], 0, LOCKS * sizeof(struct slot));
	if (want_profile)
		for (struct slot *s = blocks; s < blocks + BLOCKS; s++)
			s->n = 0;
}

static void end(unsigned int cpu, void *arg)
{
	counting = false;
	pair++;
	if (want_locked)
		report_locks();
	if (span)
		fprintf(out, "%u span %lu %lu\n", pair, span_calls, span_total);
	for (struct slot *s = blocks; want_profile && s < blocks + BLOCKS; s++)
		if (s->n)
			fprintf(out, "%u at %lx %lu\n", pair, s->pc, s->n);
	fflush(out);
}

/* The length of a block is where locks have their line. */
static void on_block(unsigned int cpu, void *arg)
{
	struct slot *s = arg;

	if (!counting)
		return;
	s->n += s->line;
	if (s->pc == span && !depth++)
		span_calls++;
	if (depth)
		span_total += s->line;
}

static void on_leave(unsigned int cpu, void *arg)
{
	depth = 0;
}

static void on_locked(unsigned int cpu, void *arg)
{
	pending[cpu % CPUS] = counting;
}

static void on_access(unsigned int cpu, uint32_t info, uint64_t addr, void *arg)
{
	if (!pending[cpu % CPUS])
		return;
	pending[cpu % CPUS] = false;
	find(locks[cpu % CPUS], LOCKS, (uint64_t)arg, addr >> 6)->n++;
}

/*
 * A barrier locks a word of the running task's stack, which only this CPU uses
 * now: its line is the CPU's number. A stack that another CPU's task had before
 * is not shared.
 */
static void on_barrier(unsigned int cpu, void *arg)
{
	if (counting)
		find(locks[cpu % CPUS], LOCKS, (uint64_t)arg, cpu % CPUS)->n++;
}

/* smp_mb(): lock addl $0, -4(%rsp). */
static bool is_barrier(const uint8_t *code, size_t len)
{
	return len == 6 && !memcmp(code, "\xf0\x83\x44\x24\xfc\x00", 6);
}

/* Prefixes are skipped; then opcode and ModRM tell. */
static bool is_locked(const uint8_t *code, size_t len)
{
	size_t i = 0;

	for (; i < len && code[i] &&
	       (memchr("\x66\x67\xf2\xf3\x2e\x36\x3e\x26\x64\x65\xf0", code[i], 11) ||
		(code[i] & 0xf0) == 0x40);
	     i++)
		if (code[i] == 0xf0)
			return true;
	return i + 1 < len && (code[i] & 0xfe) == 0x86 && code[i + 1] < 0xc0;
}

/* ret, or a jump to somewhere else; an alternative's ret is one too. */
static bool leaves_span(uint64_t pc, const uint8_t *code, size_t len)
{
	int32_t off;

	if (pc < span || pc >= span + span_size)
		return false;
	if (code[0] == 0xc3 || (code[0] == 0x2e && code[1] == 0xc3))
		return true;
	if (code[0] != 0xe9 || len < 5)
		return false;
	memcpy(&off, code + 1, 4);
	return pc + 5 + off < span || pc + 5 + off >= span + span_size;
}

static bool is_mark(const uint8_t *code, size_t len, uint8_t mark)
{
	const uint8_t nop[] = { 0x0f, 0x1f, 0x80, mark, 0x00, 0x5e, 0x0b };

	return len == sizeof(nop) && !memcmp(code, nop, sizeof(nop));
}

/* A block that only lets time pass. */
static bool is_idle(const struct qemu_plugin_tb *tb)
{
	uint8_t code[16];
	size_t i, len;

	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		len = qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, i), code, sizeof(code));
		if (is_mark(code, len, MARK_IDLE))
			return true;
	}
	return false;
}

static void on_translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct qemu_plugin_insn *insn;
	uint8_t code[16];
	uint64_t pc;
	size_t i, len;

	if ((want_profile || span) && !is_idle(tb))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, NO_REGS,
			find(blocks, BLOCKS, qemu_plugin_tb_vaddr(tb), qemu_plugin_tb_n_insns(tb)));
	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		pc = qemu_plugin_insn_vaddr(insn);
		len = qemu_plugin_insn_data(insn, code, sizeof(code));
		if (is_mark(code, len, MARK_BEGIN))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, NO_REGS, NULL);
		if (is_mark(code, len, MARK_END))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, NO_REGS, NULL);
		if (span && leaves_span(pc, code, len))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_leave, NO_REGS, NULL);
		if (want_locked && is_barrier(code, len)) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_barrier, NO_REGS,
							       (void *)pc);
		} else if (want_locked && is_locked(code, len)) {
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_locked, NO_REGS, NULL);
			qemu_plugin_register_vcpu_mem_cb(insn, on_access, NO_REGS, MEM_READ,
							 (void *)pc);
		}
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		want_locked |= !strncmp(argv[i], "locked", 6);
		want_profile |= !strncmp(argv[i], "profile", 7);
		sscanf(argv[i], "span=%lx:%lu", &span, &span_size);
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	}
	if (!out)
		return 1;
	blocks = new_table(BLOCKS);
	for (unsigned int i = 0; i < CPUS; i++)
		locks[i] = new_table(LOCKS);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
