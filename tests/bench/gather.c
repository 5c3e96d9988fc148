// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What reading the counters of many VEs costs, in instructions a VE: binds
 * cgroups as VEs and reads all rows of all of them. See syscalls.c for the
 * counter.
 *
 *	bench gather-VES proc|file|rows MEDIAN LEAST
 *
 * proc is /proc/bc/resources, file is ve.ub.resources VE by VE. rows is
 * ve.ub.events of VEs that failed nothing: the kernel reads every row and
 * prints none, so it is what gathering costs without text (and a read(2)).
 *
 * usage: gather VES...		ascending
 */
#include "../selftests/vz/common.h"
#include <x86intrin.h>

#define SAMPLES 9

static char path[128];

static void bind_ve(unsigned int id)
{
	char text[16];

	snprintf(path, sizeof(path), CGROUP_ROOT "/g%u", id);
	need(!mkdir(path, 0755));
	snprintf(text, sizeof(text), "%u", id);
	errno = write_at(path, "ve.id", text);
	need(!errno);
}

static size_t read_all(int fd)
{
	static char buf[1 << 16];
	size_t sum = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sum += n;
	need(!n);
	return sum;
}

static int by_value(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static void report(unsigned int n, const char *what, double *samples)
{
	qsort(samples, SAMPLES, sizeof(*samples), by_value);
	printf("bench gather-%u %s %.1f %.1f\n", n, what, samples[SAMPLES / 2], samples[0]);
	fflush(stdout);
}

/* Read file @name of @n VEs. Return: instructions a VE. */
static double read_files(unsigned int n, const char *name)
{
	unsigned long begin, sum = 0;
	unsigned int i;
	int fd;

	for (i = 1; i <= n; i++) {
		snprintf(path, sizeof(path), CGROUP_ROOT "/g%u/%s", i, name);
		fd = open(path, O_RDONLY);
		need(fd >= 0);
		begin = __rdtsc();
		read_all(fd);
		sum += __rdtsc() - begin;
		close(fd);
	}
	return (double)sum / n;
}

static void measure(unsigned int n)
{
	double proc[SAMPLES], file[SAMPLES], rows[SAMPLES];
	unsigned long begin;
	unsigned int s;
	int fd;

	for (s = 0; s < SAMPLES; s++) {
		fd = open("/proc/bc/resources", O_RDONLY);
		need(fd >= 0);
		begin = __rdtsc();
		need(read_all(fd) > n * 24);
		proc[s] = (double)(__rdtsc() - begin) / n;
		close(fd);
		file[s] = read_files(n, "ve.ub.resources");
		rows[s] = read_files(n, "ve.ub.events");
	}
	report(n, "proc", proc);
	report(n, "file", file);
	report(n, "rows", rows);
}

int main(int argc, char **argv)
{
	unsigned int bound = 0, n;
	int i;

	errno = write_at(CGROUP_ROOT, "cgroup.subtree_control", "+memory +ve");
	need(!errno);
	for (i = 1; i < argc; i++) {
		n = atoi(argv[i]);
		while (bound < n)
			bind_ve(++bound);
		measure(n);
	}
	return 0;
}
