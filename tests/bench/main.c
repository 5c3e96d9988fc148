// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench [-p] [-n FACTOR] PLACE [ROW...]: measure rows in a place and print
 * "PLACE ROW VALUE OPERATIONS [extra]", the value in instructions an operation
 * when the node counts them.
 *
 * -n  so many times the usual number of operations
 * -p  two processes, each on a CPU of its own, do the row at the same time
 *
 * The value is a mean over everything that happens meanwhile, timer ticks and
 * RCU callbacks included: what an operation leaves to be done later counts too.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

static const struct row *const tables[] = { file_rows, task_rows, memory_rows, ipc_rows };

static double factor = 1;
static bool pair;

/* Where both processes of a pair stand. */
static volatile struct {
	int ready, done;
} *meet;

static void run(const struct row *row)
{
	unsigned int n = row->ops * factor;
	unsigned long long begin, end;

	row->run(n / 4 + 1);
	MARK_BEGIN();
	begin = __rdtsc();
	row->run(n);
	end = __rdtsc();
	MARK_END();
	printf("%s %.1f %u%s\n", row->name, (double)(end - begin) / n, n,
	       row->extra ? " extra" : "");
	fflush(stdout);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	need(!sched_setaffinity(0, sizeof(set), &set));
}

/* The second process: the row without marks, from when to when the first does it. */
static void run_beside(const struct row *row)
{
	pin(1);
	if (row->setup)
		row->setup();
	row->run(row->ops * factor / 4 + 1);
	meet->ready = 1;
	while (!meet->done)
		row->run(20);
	_exit(0);
}

static void run_row(const char *place, const struct row *row)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (pid) {
		need(waitpid(pid, &status, 0) == pid && !status);
		return;
	}
	if (pair) {
		memset((void *)meet, 0, sizeof(*meet));
		pid = fork();
		need(pid >= 0);
		if (!pid)
			run_beside(row);
		pin(0);
		while (!meet->ready)
			sched_yield();
	}
	if (row->setup)
		row->setup();
	printf("%s ", place);
	run(row);
	if (pair) {
		meet->done = 1;
		need(waitpid(pid, &status, 0) == pid && !status);
	}
	_exit(0);
}

static bool wanted(const char *name, char **names)
{
	bool all = !*names;

	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return all;
}

int main(int argc, char **argv)
{
	const struct row *row;
	const char *place;
	size_t t;
	int opt;

	while ((opt = getopt(argc, argv, "pn:")) != -1) {
		if (opt == 'p')
			pair = true;
		else if (opt == 'n')
			factor = atof(optarg);
		else
			return 2;
	}
	if (optind == argc)
		return 2;
	place = argv[optind];
	meet = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(meet != MAP_FAILED);
	enter_place(place);
	for (t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (row = tables[t]; row->name; row++)
			if (wanted(row->name, argv + optind + 1))
				run_row(place, row);
	return 0;
}
