// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows: system calls on files, in the tmpfs that is the working folder. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench.h"

#define FDS 10

static int file;
static char fresh[32];	/* name of a file that is not there */
static struct pollfd polled[FDS];

static void make_file(void)
{
	snprintf(fresh, sizeof(fresh), "new%d", getpid());
	file = open("file", O_RDWR | O_CREAT, 0644);
	need(file > 0 && write(file, "text", 4) == 4);
}

static void run_null(unsigned int n)
{
	while (n--)
		syscall(SYS_getppid);
}

static void run_read(unsigned int n)
{
	char c;

	while (n--)
		need(pread(file, &c, 1, 0) == 1);
}

static void run_write(unsigned int n)
{
	while (n--)
		need(pwrite(file, "x", 1, 0) == 1);
}

static void run_open(unsigned int n)
{
	int fd;

	while (n--) {
		fd = open("file", O_RDONLY);
		need(fd >= 0);
		close(fd);
	}
}

static void run_stat(unsigned int n)
{
	struct stat st;

	while (n--)
		need(!stat("file", &st));
}

static void run_create(unsigned int n)
{
	int fd;

	while (n--) {
		fd = open(fresh, O_RDWR | O_CREAT | O_EXCL, 0644);
		need(fd >= 0);
		close(fd);
		need(!unlink(fresh));
	}
}

static void make_polled(void)
{
	int i, fds[2];

	for (i = 0; i < FDS; i++) {
		need(!pipe(fds));
		polled[i] = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	}
}

static void run_poll(unsigned int n)
{
	while (n--)
		need(!poll(polled, FDS, 0));
}

static void run_lock(unsigned int n)
{
	struct flock lock = { .l_whence = SEEK_SET, .l_start = getpid(), .l_len = 1 };

	while (n--) {
		lock.l_type = F_WRLCK;
		need(!fcntl(file, F_SETLK, &lock));
		lock.l_type = F_UNLCK;
		need(!fcntl(file, F_SETLK, &lock));
	}
}

const struct row file_rows[] = {
	{ "null", 160000, .run = run_null },
	{ "read", 40000, .setup = make_file, .run = run_read },
	{ "write", 40000, .setup = make_file, .run = run_write },
	{ "open+close", 10000, .setup = make_file, .run = run_open },
	{ "stat", 40000, .setup = make_file, .run = run_stat },
	{ "poll", 40000, .setup = make_polled, .run = run_poll },
	{ "fcntl-lock", 10000, .setup = make_file, .run = run_lock },
	{ "create+unlink", 4000, true, .setup = make_file, .run = run_create },
	{ }
};
