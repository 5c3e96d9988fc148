// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instruction sets that programs may use here. A program looks once, at its
 * start, and never again: where one of them is missing it dies of SIGILL, and
 * CRIU cannot put its registers back.
 *
 * Asked of the processor and not of /proc/cpuinfo: programs do the same, and
 * what the kernel calls a flag there is often a property of the kernel.
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include "checkpoint/cpu.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"

/* Register states that the kernel must have switched on (XCR0). */
#define XCR0_AVX	0x06u
#define XCR0_AVX512	0xe6u
#define XCR0_AMX	0x60000u
/* AT_HWCAP2: the kernel allows programs RDFSBASE and its kin. */
#define HWCAP2_FSGSBASE	2u

enum reg { EAX, EBX, ECX, EDX };

/*
 * A word that CPUID answers with, and its bits that matter to programs: names as in
 * /proc/cpuinfo. Not here: hints, which do nothing elsewhere, and what only kernels use.
 */
static const struct word {
	unsigned int leaf, sub;
	enum reg reg;
	struct {
		unsigned int bit;
		const char *name;	/* NULL: the end */
		unsigned int xcr0;
	} features[33];
} words[] = {
	{ 1, 0, EDX, {
		{ 8, "cx8", 0 }, { 15, "cmov", 0 }, { 19, "clflush", 0 }, { 23, "mmx", 0 },
		{ 24, "fxsr", 0 }, { 25, "sse", 0 }, { 26, "sse2", 0 },
	} },
	{ 1, 0, ECX, {
		{ 0, "pni", 0 }, { 1, "pclmulqdq", 0 }, { 9, "ssse3", 0 }, { 12, "fma", XCR0_AVX },
		{ 13, "cx16", 0 }, { 19, "sse4_1", 0 }, { 20, "sse4_2", 0 }, { 22, "movbe", 0 },
		{ 23, "popcnt", 0 }, { 25, "aes", 0 }, { 27, "xsave", 0 }, /* OSXSAVE: kernel too */
		{ 28, "avx", XCR0_AVX }, { 29, "f16c", XCR0_AVX }, { 30, "rdrand", 0 },
	} },
	{ 7, 0, EBX, {
		{ 3, "bmi1", 0 }, { 5, "avx2", XCR0_AVX }, { 8, "bmi2", 0 }, { 11, "rtm", 0 },
		{ 16, "avx512f", XCR0_AVX512 }, { 17, "avx512dq", XCR0_AVX512 },
		{ 18, "rdseed", 0 }, { 19, "adx", 0 }, { 21, "avx512ifma", XCR0_AVX512 },
		{ 23, "clflushopt", 0 }, { 24, "clwb", 0 }, { 28, "avx512cd", XCR0_AVX512 },
		{ 29, "sha_ni", 0 }, { 30, "avx512bw", XCR0_AVX512 },
		{ 31, "avx512vl", XCR0_AVX512 },
	} },
	{ 7, 0, ECX, {
		{ 1, "avx512vbmi", XCR0_AVX512 }, { 4, "ospke", 0 }, { 5, "waitpkg", 0 },
		{ 6, "avx512_vbmi2", XCR0_AVX512 }, { 8, "gfni", 0 }, { 9, "vaes", XCR0_AVX },
		{ 10, "vpclmulqdq", XCR0_AVX }, { 11, "avx512_vnni", XCR0_AVX512 },
		{ 12, "avx512_bitalg", XCR0_AVX512 }, { 14, "avx512_vpopcntdq", XCR0_AVX512 },
		{ 22, "rdpid", 0 }, { 27, "movdiri", 0 }, { 28, "movdir64b", 0 },
	} },
	{ 7, 0, EDX, {
		{ 2, "avx512_4vnniw", XCR0_AVX512 }, { 3, "avx512_4fmaps", XCR0_AVX512 },
		{ 8, "avx512_vp2intersect", XCR0_AVX512 }, { 14, "serialize", 0 },
		{ 16, "tsxldtrk", 0 }, { 22, "amx_bf16", XCR0_AMX },
		{ 23, "avx512_fp16", XCR0_AVX512 }, { 24, "amx_tile", XCR0_AMX },
		{ 25, "amx_int8", XCR0_AMX },
	} },
	{ 7, 1, EAX, {
		{ 0, "sha512", XCR0_AVX }, { 1, "sm3", XCR0_AVX }, { 2, "sm4", XCR0_AVX },
		{ 4, "avx_vnni", XCR0_AVX }, { 5, "avx512_bf16", XCR0_AVX512 },
		{ 7, "cmpccxadd", 0 }, { 21, "amx_fp16", XCR0_AMX }, { 23, "avx_ifma", XCR0_AVX },
	} },
	{ 7, 1, EDX, {
		{ 4, "avx_vnni_int8", XCR0_AVX }, { 5, "avx_ne_convert", XCR0_AVX },
		{ 10, "avx_vnni_int16", XCR0_AVX },
	} },
	{ 0xd, 1, EAX, {
		{ 0, "xsaveopt", 0 }, { 1, "xsavec", 0 }, { 2, "xgetbv1", 0 },
	} },
	{ 0x80000001, 0, ECX, {
		{ 0, "lahf_lm", 0 }, { 5, "abm", 0 }, { 6, "sse4a", 0 }, { 11, "xop", XCR0_AVX },
		{ 16, "fma4", XCR0_AVX }, { 21, "tbm", 0 }, { 29, "mwaitx", 0 },
	} },
	{ 0x80000001, 0, EDX, {
		{ 11, "syscall", 0 }, { 22, "mmxext", 0 }, { 27, "rdtscp", 0 },
		{ 30, "3dnowext", 0 }, { 31, "3dnow", 0 },
	} },
	{ 0x80000008, 0, EBX, {
		{ 0, "clzero", 0 },
	} },
};

/* States that the kernel saves for programs; 0 when it uses no XSAVE. */
static unsigned int xcr0(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return a;
}

static void print_word(FILE *f, const struct word *w, unsigned int states)
{
	unsigned int r[4] = { 0 };

	if (!__get_cpuid_count(w->leaf, w->sub, &r[EAX], &r[EBX], &r[ECX], &r[EDX]))
		return;
	for (size_t i = 0; w->features[i].name; i++)
		if ((r[w->reg] >> w->features[i].bit & 1) && !(w->features[i].xcr0 & ~states))
			fprintf(f, "%s%s", ftell(f) ? " " : "", w->features[i].name);
}

char *ckpt_cpu_features(void)
{
	const unsigned int states = xcr0();
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		print_word(f, &words[i], states);
	if (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE)
		fputs(" fsgsbase", f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static bool has_word(const char *list, const char *word, size_t n)
{
	for (const char *p = list; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (strcspn(p, " ") == n && !strncmp(p, word, n))
			return true;
	}
	return false;
}

char *ckpt_cpu_missing(const char *want, const char *have)
{
	/* ", " where there was one blank. */
	char *out = malloc(2 * strlen(want) + 1), *end = out;

	if (!out)
		return NULL;
	for (const char *p = want; *p; p += strcspn(p, " ")) {
		size_t n;

		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n && !has_word(have, p, n))
			end += sprintf(end, "%s%.*s", end == out ? "" : ", ", (int)n, p);
	}
	*end = '\0';
	return out;
}

int ckpt_cpu_check(const char *want, struct vz_err *e)
{
	cleanup_free char *have = ckpt_cpu_features(), *lacks = NULL;

	if (have)
		lacks = ckpt_cpu_missing(want, have);
	if (!lacks)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "compare processors");
	if (!*lacks)
		return 0;
	return vz_error(e, VZ_RESTORE, -EOPNOTSUPP,
			"this host's processor lacks what programs of the VE may use: %s", lacks);
}
