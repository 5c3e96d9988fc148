// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct test_count *test_count;

void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(err));
	fflush(stdout);
	_exit(1);
}

void test_start(void)
{
	if (test_count)
		return;
	test_count = mmap(NULL, sizeof(*test_count), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(test_count != MAP_FAILED);
	/* The page shall be the host's, not of the VE that would touch it first. */
	test_count->run = 0;
	setvbuf(stdout, NULL, _IOLBF, 512);
}

bool ok(bool good, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	test_start();
	printf("%s %d - ", good ? "ok" : "not ok", ++test_count->run);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	if (good)
		printf("\n");
	else
		printf(" (errno %d %s)\n", err, strerror(err));
	fflush(stdout);
	test_count->failed += !good;
	errno = err;
	return good;
}

int test_end(void)
{
	test_start();
	printf("1..%d\n", test_count->run);
	if (test_count->failed)
		printf("# %d of %d failed\n", test_count->failed, test_count->run);
	fflush(stdout);
	return test_count->failed || !test_count->run;
}

int test_rounds(int n)
{
	const char *rounds = getenv("ROUNDS");

	return rounds ? atoi(rounds) : n;
}
