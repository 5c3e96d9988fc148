// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gather N: make N VEs in which a program has used something of many rows and
 * waits, then read the counters of all of them by each of the kernel's files.
 * Prints "FILE N VALUE", in instructions a VE when the node counts them.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

#define CG	"/sys/fs/cgroup"
#define FIRST	1000

/* In a VE, to its end: something of the rows that are held by the CPU's credits, too. */
static void live(int id, int report, int wait)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = id, .l_len = 1 };
	int i, fd, fds[2];
	char *p, c;

	need(!put("0", CG "/gather%d/payload/cgroup.procs", id));
	need(!unshare(CLONE_NEWUSER));
	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(p != MAP_FAILED);
	memset(p, 1, 1 << 16);
	for (i = 0; i < 4; i++) {
		need(!pipe(fds));
		close(fds[0]);
	}
	fd = open("/tmp/locked", O_RDWR | O_CREAT, 0666);
	need(fd >= 0 && !fcntl(fd, F_SETLK, &lock));
	need(!munmap(p + (1 << 19), 1 << 19));
	need(write(report, "", 1) == 1);
	need(!read(wait, &c, 1));
	_exit(0);
}

static void make_ves(int n)
{
	static int report[2], wait[2];
	char path[64], text[16], c;
	int i, id;

	need(!put("+cpu +memory +pids +ve", CG "/cgroup.subtree_control"));
	need(!pipe(report) && !pipe(wait));
	close(open("/tmp/locked", O_RDWR | O_CREAT, 0666));
	need(!chmod("/tmp/locked", 0666));
	for (i = 0; i < n; i++) {
		id = FIRST + i;
		snprintf(path, sizeof(path), CG "/gather%d", id);
		need(!mkdir(path, 0755));
		snprintf(text, sizeof(text), "%d", id);
		need(!put(text, CG "/gather%d/ve.id", id));
		need(!put("+cpu +memory +pids", CG "/gather%d/cgroup.subtree_control", id));
		strcat(path, "/payload");
		need(!mkdir(path, 0755));
		need(!put("STARTING", CG "/gather%d/ve.state", id));
		if (!fork()) {
			close(wait[1]);
			live(id, report[1], wait[0]);
		}
		need(read(report[0], &c, 1) == 1);
	}
}

/* Return: its length. */
static size_t read_all(const char *path)
{
	static char buf[1 << 16];
	int fd = open(path, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	need(fd >= 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		len += n;
	need(!n);
	close(fd);
	return len;
}

/* @path of all VEs, or with %d of each. Return: instructions. */
static unsigned long long read_ves(const char *path, int n)
{
	unsigned long long begin = __rdtsc();
	bool each = strchr(path, '%');
	char one[64];
	int i;

	for (i = 0; i < (each ? n : 1); i++) {
		snprintf(one, sizeof(one), path, FIRST + i);
		need(read_all(one));
	}
	return __rdtsc() - begin;
}

/*
 * The least of some rounds after the first: what the memory controller sums up
 * of all cgroups, every two seconds, is not the reader's.
 */
static void measure(const char *path, int n)
{
	unsigned long long took, least;
	int i;

	read_ves(path, n);
	MARK_BEGIN();
	least = read_ves(path, n);
	MARK_END();
	for (i = 0; i < 2; i++) {
		took = read_ves(path, n);
		if (took < least)
			least = took;
	}
	printf("%s %d %.0f\n", path, n, (double)least / n);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000;

	make_ves(n);
	measure("/proc/user_beancounters", n);
	measure("/proc/bc/resources", n);
	measure("/proc/bc/%d/resources", n);
	measure(CG "/gather%d/ve.ub.resources", n);
	return 0;
}
