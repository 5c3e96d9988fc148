// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VE that reads its times and its memory as fast as it can makes the kernel sum
 * its cgroup up ten times a second and no more often: what it reads stands still in
 * between, and is not older.
 */
#include "vz.h"
#include <sys/prctl.h>

#define PERIOD	0.1	/* s between two sums */
#define CHANGES	20

/* First line of @file from its first blank on: all sums, and of uptime the idle time only. */
static void sums(const char *file, char *buf, size_t size)
{
	char line[256], *blank;

	read_at("/proc", file, line, sizeof(line));
	blank = strchr(line, ' ');
	need(blank);
	snprintf(buf, size, "%s", blank);
}

/* How often do the sums of @file change, read without a pause? */
static void test_rate(const char *file)
{
	char last[256], now[256];
	int changes = 0, reads = 0;
	double start, took;

	sums(file, last, sizeof(last));
	start = test_clock();
	do {
		sums(file, now, sizeof(now));
		reads++;
		changes += !!strcmp(last, now);
		memcpy(last, now, sizeof(last));
		took = test_clock() - start;
	} while (changes < CHANGES && took < PATIENCE);
	ok(changes == CHANGES, "%s changes", file);
	ok(changes <= took / PERIOD + 2, "%s: %d changes in %d reads and %.1f s", file, changes,
	   reads, took);
}

static int burn(void *unused)
{
	volatile unsigned long n = 0;
	pid_t pid = fork();

	(void)unused;
	need(pid >= 0);
	if (!pid) {
		need(!prctl(PR_SET_PDEATHSIG, SIGKILL));
		for (;;)
			n++;
	}
	test_rate("stat");
	test_rate("uptime");
	return 0;
}

int main(void)
{
	test_start();
	ok_eq(in_ve(171, "", burn, NULL), 0, "init");
	return test_end();
}
