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
#include "checkpoint/internal.h"
#include "libvz/cleanup.h"

/* Register states that the kernel must have switched on (XCR0). */
#define XCR0_AVX	0x06u
#define XCR0_AVX512	0xe6u
#define XCR0_AMX	0x60000u
/* AT_HWCAP2: the kernel allows programs RDFSBASE and its kin. */
#define HWCAP2_FSGSBASE	2u

enum reg { EAX, EBX, ECX, EDX };

/* Names as in /proc/cpuinfo. Not here: hints, which do nothing elsewhere, and what only kernels use. */
static const struct {
	const char *name;
	unsigned int leaf, sub;
	enum reg reg;
	unsigned int bit, xcr0;
} features[] = {
	{ "cx8", 1, 0, EDX, 8, 0 },
	{ "cmov", 1, 0, EDX, 15, 0 },
	{ "clflush", 1, 0, EDX, 19, 0 },
	{ "mmx", 1, 0, EDX, 23, 0 },
	{ "fxsr", 1, 0, EDX, 24, 0 },
	{ "sse", 1, 0, EDX, 25, 0 },
	{ "sse2", 1, 0, EDX, 26, 0 },
	{ "pni", 1, 0, ECX, 0, 0 },
	{ "pclmulqdq", 1, 0, ECX, 1, 0 },
	{ "ssse3", 1, 0, ECX, 9, 0 },
	{ "fma", 1, 0, ECX, 12, XCR0_AVX },
	{ "cx16", 1, 0, ECX, 13, 0 },
	{ "sse4_1", 1, 0, ECX, 19, 0 },
	{ "sse4_2", 1, 0, ECX, 20, 0 },
	{ "movbe", 1, 0, ECX, 22, 0 },
	{ "popcnt", 1, 0, ECX, 23, 0 },
	{ "aes", 1, 0, ECX, 25, 0 },
	{ "xsave", 1, 0, ECX, 27, 0 },	/* OSXSAVE: and the kernel uses it */
	{ "avx", 1, 0, ECX, 28, XCR0_AVX },
	{ "f16c", 1, 0, ECX, 29, XCR0_AVX },
	{ "rdrand", 1, 0, ECX, 30, 0 },
	{ "bmi1", 7, 0, EBX, 3, 0 },
	{ "avx2", 7, 0, EBX, 5, XCR0_AVX },
	{ "bmi2", 7, 0, EBX, 8, 0 },
	{ "rtm", 7, 0, EBX, 11, 0 },
	{ "avx512f", 7, 0, EBX, 16, XCR0_AVX512 },
	{ "avx512dq", 7, 0, EBX, 17, XCR0_AVX512 },
	{ "rdseed", 7, 0, EBX, 18, 0 },
	{ "adx", 7, 0, EBX, 19, 0 },
	{ "avx512ifma", 7, 0, EBX, 21, XCR0_AVX512 },
	{ "clflushopt", 7, 0, EBX, 23, 0 },
	{ "clwb", 7, 0, EBX, 24, 0 },
	{ "avx512cd", 7, 0, EBX, 28, XCR0_AVX512 },
	{ "sha_ni", 7, 0, EBX, 29, 0 },
	{ "avx512bw", 7, 0, EBX, 30, XCR0_AVX512 },
	{ "avx512vl", 7, 0, EBX, 31, XCR0_AVX512 },
	{ "avx512vbmi", 7, 0, ECX, 1, XCR0_AVX512 },
	{ "ospke", 7, 0, ECX, 4, 0 },
	{ "waitpkg", 7, 0, ECX, 5, 0 },
	{ "avx512_vbmi2", 7, 0, ECX, 6, XCR0_AVX512 },
	{ "gfni", 7, 0, ECX, 8, 0 },
	{ "vaes", 7, 0, ECX, 9, XCR0_AVX },
	{ "vpclmulqdq", 7, 0, ECX, 10, XCR0_AVX },
	{ "avx512_vnni", 7, 0, ECX, 11, XCR0_AVX512 },
	{ "avx512_bitalg", 7, 0, ECX, 12, XCR0_AVX512 },
	{ "avx512_vpopcntdq", 7, 0, ECX, 14, XCR0_AVX512 },
	{ "rdpid", 7, 0, ECX, 22, 0 },
	{ "movdiri", 7, 0, ECX, 27, 0 },
	{ "movdir64b", 7, 0, ECX, 28, 0 },
	{ "avx512_4vnniw", 7, 0, EDX, 2, XCR0_AVX512 },
	{ "avx512_4fmaps", 7, 0, EDX, 3, XCR0_AVX512 },
	{ "avx512_vp2intersect", 7, 0, EDX, 8, XCR0_AVX512 },
	{ "serialize", 7, 0, EDX, 14, 0 },
	{ "tsxldtrk", 7, 0, EDX, 16, 0 },
	{ "amx_bf16", 7, 0, EDX, 22, XCR0_AMX },
	{ "avx512_fp16", 7, 0, EDX, 23, XCR0_AVX512 },
	{ "amx_tile", 7, 0, EDX, 24, XCR0_AMX },
	{ "amx_int8", 7, 0, EDX, 25, XCR0_AMX },
	{ "sha512", 7, 1, EAX, 0, XCR0_AVX },
	{ "sm3", 7, 1, EAX, 1, XCR0_AVX },
	{ "sm4", 7, 1, EAX, 2, XCR0_AVX },
	{ "avx_vnni", 7, 1, EAX, 4, XCR0_AVX },
	{ "avx512_bf16", 7, 1, EAX, 5, XCR0_AVX512 },
	{ "cmpccxadd", 7, 1, EAX, 7, 0 },
	{ "amx_fp16", 7, 1, EAX, 21, XCR0_AMX },
	{ "avx_ifma", 7, 1, EAX, 23, XCR0_AVX },
	{ "avx_vnni_int8", 7, 1, EDX, 4, XCR0_AVX },
	{ "avx_ne_convert", 7, 1, EDX, 5, XCR0_AVX },
	{ "avx_vnni_int16", 7, 1, EDX, 10, XCR0_AVX },
	{ "xsaveopt", 0xd, 1, EAX, 0, 0 },
	{ "xsavec", 0xd, 1, EAX, 1, 0 },
	{ "xgetbv1", 0xd, 1, EAX, 2, 0 },
	{ "lahf_lm", 0x80000001, 0, ECX, 0, 0 },
	{ "abm", 0x80000001, 0, ECX, 5, 0 },
	{ "sse4a", 0x80000001, 0, ECX, 6, 0 },
	{ "xop", 0x80000001, 0, ECX, 11, XCR0_AVX },
	{ "fma4", 0x80000001, 0, ECX, 16, XCR0_AVX },
	{ "tbm", 0x80000001, 0, ECX, 21, 0 },
	{ "mwaitx", 0x80000001, 0, ECX, 29, 0 },
	{ "syscall", 0x80000001, 0, EDX, 11, 0 },
	{ "mmxext", 0x80000001, 0, EDX, 22, 0 },
	{ "rdtscp", 0x80000001, 0, EDX, 27, 0 },
	{ "3dnowext", 0x80000001, 0, EDX, 30, 0 },
	{ "3dnow", 0x80000001, 0, EDX, 31, 0 },
	{ "clzero", 0x80000008, 0, EBX, 0, 0 },
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

static bool has_bit(unsigned int leaf, unsigned int sub, enum reg reg, unsigned int bit)
{
	unsigned int r[4] = { 0 };

	return __get_cpuid_count(leaf, sub, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) && r[reg] >> bit & 1;
}

char *ckpt_cpu_features(void)
{
	const unsigned int states = xcr0();
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if ((states & features[i].xcr0) == features[i].xcr0 &&
		    has_bit(features[i].leaf, features[i].sub, features[i].reg, features[i].bit))
			fprintf(f, "%s%s", ftell(f) ? " " : "", features[i].name);
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

char *ckpt_cpu_of(const char *dir)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct vz_err e = {};
	VeState *s = NULL;
	char *text;

	if (fd < 0 || ckpt_state_load(fd, &s, &e)) {
		vz_error_free(&e);
		return NULL;
	}
	text = s->cpu ? strdup(s->cpu) : NULL;
	ckpt_state_free(s);
	return text;
}
