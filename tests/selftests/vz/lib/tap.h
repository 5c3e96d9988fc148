/* SPDX-License-Identifier: GPL-2.0-only */
/* Results on stdout, in TAP. */
#ifndef _VZ_SELFTESTS_TAP_H
#define _VZ_SELFTESTS_TAP_H

#include <errno.h>
#include <stdbool.h>

struct test_count {
	int run, failed;
};

void __attribute__((format(printf, 1, 2), noreturn)) die(const char *fmt, ...);

/* Something the test builds on. */
#define need(cond) \
	do { if (!(cond)) die("%s:%d: %s", __FILE__, __LINE__, #cond); } while (0)

void test_start(void);

/* One test. Return: @good. */
bool __attribute__((format(printf, 2, 3))) ok(bool good, const char *fmt, ...);

/* Test that two numbers are equal and show both when not. */
#define ok_eq(is, want, what)							\
	do {									\
		long is_ = (long)(is), want_ = (long)(want);			\
		ok(is_ == want_, "%s: %ld, expected %ld", what, is_, want_);	\
	} while (0)

int test_end(void);

/* How many random rounds: @n, unless ROUNDS in the environment says otherwise. */
int test_rounds(int n);

#endif /* _VZ_SELFTESTS_TAP_H */
