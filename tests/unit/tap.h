/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test is a function; the first wrong check ends it. TAP on stdout. */
#ifndef TAP_H
#define TAP_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

static jmp_buf tap_out;
static int tap_failed;

#define CHECK(x) do { \
	if (!(x)) { \
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #x); \
		longjmp(tap_out, 1); \
	} \
} while (0)

#define CHECK_STR(got, want) do { \
	const char *got_ = (got); \
	if (!got_ || strcmp(got_, (want))) { \
		printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got, \
		       got_ ? got_ : "(null)", (want)); \
		longjmp(tap_out, 1); \
	} \
} while (0)

#define TEST(fn) do { \
	if (setjmp(tap_out)) { \
		printf("not ok %s\n", #fn); \
		tap_failed = 1; \
	} else { \
		fn(); \
		printf("ok %s\n", #fn); \
	} \
} while (0)

#endif /* TAP_H */
