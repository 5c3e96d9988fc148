// SPDX-License-Identifier: GPL-2.0-only
/*
 * privvmpages: what may become private memory is refused when it is asked for,
 * by mmap, brk, mremap, mprotect, fork and stack growth; untouched pages count.
 */
#include "common.h"
#include <sys/resource.h>

#define PAGE	4096UL
#define ROOM	300
#define SOFT	40		/* between barrier and limit */
#define RW	(PROT_READ | PROT_WRITE)
#define PRIVATE	(MAP_PRIVATE | MAP_ANONYMOUS)

static const struct ve *ve;

static unsigned long held(void)
{
	return ve_read_ub(ve, "privvmpages").held;
}

static void *map(size_t pages, int prot, int flags)
{
	return mmap(NULL, pages * PAGE, prot, flags, -1, 0);
}

static void unmap(void *p, size_t pages)
{
	need(!munmap(p, pages * PAGE));
}

static void test_mmap(unsigned long base)
{
	struct ub_row before = ve_read_ub(ve, "privvmpages"), row;
	void *p, *q;
	int fd;

	p = map(ROOM, RW, PRIVATE);
	ok(p != MAP_FAILED, "mmap up to the barrier");
	ok_eq(held(), base + ROOM, "held at the barrier");
	ok(map(1, RW, PRIVATE) == MAP_FAILED && errno == ENOMEM,
	   "mmap at the barrier fails with ENOMEM");
	ok(map(1, RW, PRIVATE | MAP_NORESERVE) == MAP_FAILED && errno == ENOMEM,
	   "MAP_NORESERVE is no way round");
	row = ve_read_ub(ve, "privvmpages");
	ok_eq(row.maxheld, base + ROOM, "maxheld");
	ok_eq(row.failcnt, before.failcnt + 2, "two failures");

	q = map(ROOM, PROT_NONE, PRIVATE);
	ok(q != MAP_FAILED, "PROT_NONE does not count");
	ok(mmap(q, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM,
	   "writable pages in the place of PROT_NONE do");
	ok(mmap(p, ROOM * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) == p,
	   "in the place of writable ones they do not");
	ok_eq(held(), base + ROOM, "held after replacement");
	unmap(q, ROOM);
	unmap((char *)p + 10 * PAGE, 20);
	ok_eq(held(), base + ROOM - 20, "held after a partial unmap");
	q = map(20, RW, PRIVATE);
	ok(q != MAP_FAILED, "what was unmapped can be mapped again");
	unmap(q, 20);
	unmap(p, 10);
	unmap((char *)p + 30 * PAGE, ROOM - 30);
	q = map(ROOM, RW, MAP_SHARED | MAP_ANONYMOUS);
	ok(q != MAP_FAILED, "a shared mapping up to the barrier");
	ok_eq(held(), base + ROOM, "counts by its size");
	ok(map(1, RW, MAP_SHARED | MAP_ANONYMOUS) == MAP_FAILED && errno == ENOMEM,
	   "and is refused with ENOMEM");
	unmap(q, ROOM);
	fd = open("/proc/self/exe", O_RDONLY);
	q = mmap(NULL, 4 * ROOM * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ok(q != MAP_FAILED, "a shared mapping of a file does not count");
	unmap(q, 4 * ROOM);
	close(fd);
	ok_eq(held(), base, "held after mmap");
}

static void test_brk(unsigned long base)
{
	char *start = sbrk(0);

	ok(sbrk(ROOM * PAGE) != (void *)-1, "brk up to the barrier");
	ok_eq(held(), base + ROOM, "held after brk");
	ok(sbrk(PAGE) == (void *)-1 && errno == ENOMEM, "brk at the barrier");
	need(!brk(start));
	ok_eq(held(), base, "held after the break is back");
}

static void test_mremap(unsigned long base)
{
	void *p = map(ROOM / 2, RW, PRIVATE), *guard, *q;

	need(p != MAP_FAILED);
	ok(mremap(p, ROOM / 2 * PAGE, (ROOM + 1) * PAGE, MREMAP_MAYMOVE) == MAP_FAILED &&
	   errno == ENOMEM, "mremap beyond the barrier");
	ok_eq(held(), base + ROOM / 2, "held after a refused mremap");
	/* A neighbour makes it move. */
	guard = mmap((char *)p + ROOM / 2 * PAGE, PAGE, PROT_NONE,
		     PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);
	q = mremap(p, ROOM / 2 * PAGE, ROOM * PAGE, MREMAP_MAYMOVE);
	ok(q != MAP_FAILED, "mremap up to the barrier, moving");
	ok_eq(held(), base + ROOM, "held after the move");
	ok_eq(ve_read_ub(ve, "privvmpages").maxheld, base + ROOM, "no false peak");
	if (guard != MAP_FAILED)
		unmap(guard, 1);
	q = mremap(q, ROOM * PAGE, 5 * PAGE, 0);
	need(q != MAP_FAILED);
	ok_eq(held(), base + 5, "held after shrinking");
	q = mremap(q, 5 * PAGE, 7 * PAGE, MREMAP_MAYMOVE);
	need(q != MAP_FAILED);
	ok_eq(held(), base + 7, "held after growing in place");
	unmap(q, 7);
	ok_eq(held(), base, "held after mremap");
}

static void test_mprotect(unsigned long base)
{
	char *p = map(2 * ROOM, PROT_READ, PRIVATE);

	need(p != MAP_FAILED);
	ok_eq(held(), base, "read-only pages do not count");
	ok(!mprotect(p, (ROOM + SOFT) * PAGE, RW), "mprotect up to the limit");
	ok_eq(held(), base + ROOM + SOFT, "held at the limit");
	ok(mprotect(p + (ROOM + SOFT) * PAGE, PAGE, RW) && errno == ENOMEM,
	   "mprotect at the limit fails with ENOMEM");
	ok(map(1, RW, PRIVATE) == MAP_FAILED && errno == ENOMEM, "mmap above the barrier");
	need(!mprotect(p, 2 * ROOM * PAGE, PROT_READ));
	ok_eq(held(), base, "held when they are read-only again");
	unmap(p, 2 * ROOM);
}

static void test_fork(unsigned long base)
{
	void *p = map(ROOM, RW, PRIVATE);
	pid_t pid;
	int status;

	need(p != MAP_FAILED);
	pid = fork();
	if (!pid)
		_exit(0);
	ok(pid < 0 && errno == ENOMEM, "fork beyond the barrier fails with ENOMEM");
	ok_eq(held(), base + ROOM, "held after a refused fork");
	unmap(p, ROOM);

	need(!ve_set_ub(ve, "privvmpages", 2 * base + ROOM, 2 * base + ROOM));
	p = map(100, RW, PRIVATE);
	need(p != MAP_FAILED);
	need(!madvise(p, 100 * PAGE, MADV_DONTFORK));
	pid = fork();
	if (!pid) {
		ok_eq(held(), 2 * base + 100, "parent and child, less what is not inherited");
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	unmap(p, 100);
	ok_eq(ve_wait_held(ve, "privvmpages", base), base, "held after the child");
	need(!ve_set_ub(ve, "privvmpages", base + ROOM, base + ROOM + SOFT));
}

static void __attribute__((noinline)) use_stack(int depth)
{
	volatile char page[PAGE];

	page[0] = depth;
	if (depth)
		use_stack(depth - 1);
	page[1] = page[0];
}

static void test_stack(unsigned long base)
{
	int status;
	pid_t pid;

	need(!ve_set_ub(ve, "privvmpages", 2 * base + ROOM, 2 * base + ROOM));
	pid = fork();
	if (!pid) {
		struct sigaction dfl = { .sa_handler = SIG_DFL };

		sigaction(SIGSEGV, &dfl, NULL);
		use_stack(ROOM + 50);
		_exit(0);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV,
	   "a stack that grows beyond the limit");
	ok_eq(ve_wait_held(ve, "privvmpages", base), base, "held after it");
	need(!ve_set_ub(ve, "privvmpages", base + ROOM, base + ROOM + SOFT));
}

static void test_drift(unsigned long base)
{
	unsigned int seed = 1;
	void *p[8] = { 0 };
	size_t pages[8];
	int i;

	for (i = 0; i < 10000; i++) {
		unsigned int k = rand_r(&seed) % 8;

		if (p[k]) {
			unmap(p[k], pages[k]);
			p[k] = NULL;
			continue;
		}
		pages[k] = 1 + rand_r(&seed) % 120;
		p[k] = map(pages[k], rand_r(&seed) % 3 ? RW : PROT_READ, PRIVATE);
		if (p[k] == MAP_FAILED)
			p[k] = NULL;
		else if (rand_r(&seed) % 2)
			(void)!mprotect((char *)p[k] + pages[k] / 2 * PAGE, PAGE, RW);
	}
	for (i = 0; i < 8; i++)
		if (p[i])
			unmap(p[i], pages[i]);
	ok_eq(held(), base, "held after 10,000 random rounds");
	ok(ve_read_ub(ve, "privvmpages").maxheld <= base + ROOM + SOFT,
	   "the limit was never passed");
}

static int body(const struct ve *this)
{
	struct rlimit stack = { 64 << 20, 64 << 20 };
	unsigned long base;

	ve = this;
	need(!setrlimit(RLIMIT_STACK, &stack));
	use_stack(8);	/* the stack that the tests themselves need */
	free(malloc(1));
	unmap(map(1, RW, PRIVATE), 1);
	base = held();
	need(!ve_set_ub(ve, "privvmpages", base + ROOM, base + ROOM + SOFT));
	test_mmap(base);
	test_brk(base);
	test_mremap(base);
	test_mprotect(base);
	test_fork(base);
	need(!ve_set_ub(ve, "privvmpages", base + ROOM, base + ROOM + SOFT));
	test_drift(base);
	test_stack(base);
	return 0;
}

int main(void)
{
	struct ve v;

	ve_setup(&v, 103);
	ve_spawn(&v, body);
	ok_eq(ve_wait_held(&v, "privvmpages", 0), 0, "held of a stopped VE");
	ve_teardown(&v);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
