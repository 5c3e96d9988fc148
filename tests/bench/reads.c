// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reads PLACE [LIST]: what cat of a file costs there, open, read to the end and close. The files
 * are those that a walk over /proc and /sys of the place finds (processes are left out), or those
 * that the first words of LIST's lines name. Prints "FILE VALUE BYTES", in instructions when the
 * node counts them, or "FILE - WHY" for one that cannot be read so, or that is not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "bench.h"

#define TIMES	8	/* of a round */
#define ROUNDS	8
#define MUCH	(4 << 20)
#define NET	"/proc/self/net"

/* Return: its length, -errno, or -EFBIG for what may have no end. */
static long read_all(const char *path)
{
	static char buf[128 << 10];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	long len = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	do {
		got = read(fd, buf, sizeof(buf));
		if (got < 0)
			len = -errno;
		else
			len += got;
	} while (got > 0 && len < MUCH);
	close(fd);
	return len < MUCH ? len : -EFBIG;
}

/*
 * The least of the rounds: a tick that falls into another one is not the file's, nor is the time
 * in which the memory controller sums up all cgroups, every two seconds.
 */
static void measure(const char *path)
{
	unsigned long long begin, took, least = -1ULL;
	long len = read_all(path);
	int round, i;

	if (len < 0) {
		printf("%s - %s\n", path, strerror(-len));
		return;
	}
	for (round = 0; round < ROUNDS; round++) {
		begin = __rdtsc();
		for (i = 0; i < TIMES; i++)
			read_all(path);
		took = __rdtsc() - begin;
		if (took < least)
			least = took;
	}
	printf("%s %.0f %ld\n", path, (double)least / TIMES, len);
	fflush(stdout);
}

static bool begins(const char *path, const char *with)
{
	return !strncmp(path, with, strlen(with));
}

/* Of processes each has its own; but the network's files are there. */
static bool is_process(const char *path)
{
	const char *name = path + strlen("/proc/");

	if (!begins(path, "/proc/") || begins(path, NET))
		return false;
	return (*name >= '0' && *name <= '9') || begins(name, "self") ||
	       begins(name, "thread-self");
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
	if (is_process(path))
		return type == FTW_D ? FTW_SKIP_SUBTREE : FTW_CONTINUE;
	if (type == FTW_F && S_ISREG(st->st_mode) && st->st_mode & 0444)
		measure(path);
	return FTW_CONTINUE;
}

static void walk(const char *root)
{
	need(!nftw(root, visit, 32, FTW_PHYS | FTW_ACTIONRETVAL));
}

static void read_listed(const char *list)
{
	FILE *f = fopen(list, "re");
	char path[256], rest[256];

	need(f);
	while (fscanf(f, "%255s%255[^\n]", path, rest) == 2)
		measure(path);
	fclose(f);
}

/* Of this place's namespaces, unless what is there is. */
static void mount_own(const char *type, const char *at)
{
	need(!mount(type, at, type, 0, NULL) || errno == EBUSY);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	enter_place(argv[1]);
	mount_own("proc", "/proc");
	mount_own("sysfs", "/sys");
	if (argc > 2) {
		read_listed(argv[2]);
		return 0;
	}
	walk("/proc");
	walk(NET);
	walk("/sys");
	return 0;
}
