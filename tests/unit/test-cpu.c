// SPDX-License-Identifier: GPL-2.0-or-later
/* Processors compared: what is missing is named, and nothing else. */
#include <errno.h>
#include <stdlib.h>
#include "checkpoint/cpu.h"
#include "libvz/err.h"
#include "tests/unit/tap.h"

static void missing_names(void)
{
	static const struct {
		const char *want, *have, *out;
	} cases[] = {
		{ "", "", "" },
		{ "", "sse", "" },
		{ "sse", "", "sse" },
		{ "sse avx avx2", "avx2 sse avx", "" },
		{ "sse avx avx2", "sse", "avx, avx2" },
		{ "avx", "avx2", "avx" },	/* not a word, only a part of one */
		{ "avx2", "avx", "avx2" },
		{ "a b c", "b", "a, c" },
		{ "  a   b ", " b  ", "a" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *out = ckpt_cpu_missing(cases[i].want, cases[i].have);

		CHECK_STR(out, cases[i].out);
		free(out);
	}
}

/* Whatever this runs on has the instructions that it was compiled to. */
static void this_processor(void)
{
	char *here = ckpt_cpu_features();
	char *lacks = ckpt_cpu_missing("cx8 cmov mmx fxsr sse sse2 syscall", here);

	CHECK_STR(lacks, "");
	free(lacks);
	CHECK(!strchr(here, ',') && !strstr(here, "  "));
	free(here);
}

static void a_greater_processor(void)
{
	struct vz_err e = {};
	char *here = ckpt_cpu_features();
	char want[4096];

	CHECK(!ckpt_cpu_check(here, &e));
	CHECK(!ckpt_cpu_check("", &e));
	snprintf(want, sizeof(want), "%s future_a future_b", here);
	CHECK(ckpt_cpu_check(want, &e) == -EOPNOTSUPP);
	CHECK(e.cause == VZ_RESTORE);
	CHECK(strstr(e.msg, ": future_a, future_b"));
	vz_error_free(&e);
	free(here);
}

int main(void)
{
	TEST(missing_names);
	TEST(this_processor);
	TEST(a_greater_processor);
	return tap_failed;
}
