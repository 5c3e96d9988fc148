// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench [-p] [-n FACTOR] [-r ROUNDS] PLACE [ROW...]: measure rows in a place and
 * print "PLACE ROW VALUE OPERATIONS [extra]", the value in instructions an
 * operation when the node counts them.
 *
 * -n  so many times the usual number of operations
 * -p  two processes, each on a CPU of its own, do the row at the same time
 * -r  so many processes do a part of the operations each, one after the other.
 *     The value is the mean of the middle half of theirs: the others are those in
 *     which something rare of the whole node happened to run
 *
 * What happens meanwhile counts, timer ticks included, and so does all that the
 * operations leave to be done later, such as RCU callbacks: a measurement begins
 * and ends when everything is settled.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

#define MAX_ROUNDS	64

/* Those of a network are for places with one, which are for nothing else. */
static const struct row *const tables[] = { file_rows, task_rows, memory_rows, ipc_rows, NULL };
static const struct row *const net_tables[] = { net_rows, NULL };

static double factor = 1;
static unsigned int rounds = 1;
static bool pair;

/* Of a round: where both processes of a pair stand, and the value. */
static volatile struct {
	int ready, done;
	double value;
} *round_of;

/*
 * Let 100 million instructions, 25 ticks, pass: that is time for several grace
 * periods, their callbacks and workers. Not with a second CPU, which goes on.
 */
static void settle(void)
{
	unsigned int i;

	for (i = 0; !pair && i < 400000; i++)
		MARK_IDLE();
}

/*
 * What settling takes by itself is measured just before, and is not in the value.
 * A pair warms up as long as it is measured: the VE's peaks, which are not the
 * common case, come from what both happen to hold at the same time.
 */
static void measure(const struct row *row, unsigned int n)
{
	unsigned long long start, begin, end;

	row->run(pair ? n : n / 4 + 1);
	settle();
	start = __rdtsc();
	settle();
	MARK_BEGIN();
	begin = __rdtsc();
	row->run(n);
	settle();
	end = __rdtsc();
	MARK_END();
	round_of->value = ((double)(end - begin) - (double)(begin - start)) / n;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	need(!sched_setaffinity(0, sizeof(set), &set));
}

/* The second process: the row without marks, from when to when the first does it. */
static void run_beside(const struct row *row, unsigned int n)
{
	pin(1);
	if (row->setup)
		row->setup();
	row->run(n / 4 + 1);
	round_of->ready = 1;
	while (!round_of->done)
		row->run(20);
	_exit(0);
}

/* A round is a process that does the row @n times, or a pair of them. */
static void run_round(const struct row *row, unsigned int n)
{
	int status;
	pid_t pid = 0;

	if (pair) {
		round_of->ready = round_of->done = 0;
		pid = fork();
		need(pid >= 0);
		if (!pid)
			run_beside(row, n);
		pin(0);
		while (!round_of->ready)
			sched_yield();
	}
	if (row->setup)
		row->setup();
	measure(row, n);
	if (pair) {
		round_of->done = 1;
		need(waitpid(pid, &status, 0) == pid && !status);
	}
	_exit(0);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double middle_mean(double *values, unsigned int n)
{
	unsigned int i, skip = n / 4;
	double sum = 0;

	qsort(values, n, sizeof(*values), compare);
	for (i = skip; i < n - skip; i++)
		sum += values[i];
	return sum / (n - 2 * skip);
}

static void run_row(const char *place, const struct row *row)
{
	unsigned int n = row->ops * factor / rounds, i;
	double values[MAX_ROUNDS];
	int status;
	pid_t pid;

	for (i = 0; i < rounds; i++) {
		pid = fork();
		need(pid >= 0);
		if (!pid)
			run_round(row, n);
		need(waitpid(pid, &status, 0) == pid && !status);
		values[i] = round_of->value;
	}
	printf("%s %s %.1f %u%s\n", place, row->name, middle_mean(values, rounds), n * rounds,
	       row->extra ? " extra" : "");
	fflush(stdout);
}

static bool wanted(const char *name, char **names)
{
	bool all = !*names;

	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return all;
}

static void run_rows(const char *place, const struct row *const *table, char **names)
{
	const struct row *row;

	for (; *table; table++)
		for (row = *table; row->name; row++)
			if (wanted(row->name, names))
				run_row(place, row);
}

int main(int argc, char **argv)
{
	const struct network *net;
	const char *place;
	int opt;

	while ((opt = getopt(argc, argv, "pn:r:")) != -1) {
		if (opt == 'p')
			pair = true;
		else if (opt == 'n')
			factor = atof(optarg);
		else if (opt == 'r')
			rounds = atoi(optarg);
		else
			return 2;
	}
	if (optind == argc || !rounds || rounds > MAX_ROUNDS)
		return 2;
	place = argv[optind];
	round_of = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(round_of != MAP_FAILED);
	/* Who is woken waits until the waker sleeps: else it is chance which comes first. */
	need(!sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 }));
	net = network_named(place);
	if (net)
		enter_network(net, place);
	else
		enter_place(place);
	run_rows(place, net ? net_tables : tables, argv + optind + 1);
	return 0;
}
