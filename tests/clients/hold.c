// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs in a VE and holds something of each kind that beancounters count. A
 * static program, so that any VE runs it.
 *
 * usage: hold keep FILE   some of each, says "ready" in FILE, and does nothing more
 *        hold try FILE ROW...   takes of each row (see the table) up to its limit,
 *                         says "ready" in FILE and goes on asking, 250 times a
 *                         second; a line "got ROW" for each grant
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
#define must(x) do { if (!(x)) broken(__LINE__, #x); } while (0)

static int report;

static void broken(int line, const char *what)
{
	dprintf(report, "broken at line %d: %s: %s\n", line, what, strerror(errno));
	exit(1);
}

static void *map(size_t pages, int flags)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED);
	memset(p, 1, pages * PAGE);
	return p;
}

/* ---- some of each --------------------------------------------------------- */

static void keep_memory(void)
{
	int id = shmget(IPC_PRIVATE, 64 * PAGE, IPC_CREAT | 0600), fd = memfd_create("held", 0);
	char *p;

	must(id >= 0);
	p = shmat(id, NULL, 0);
	must(p != (char *)-1);
	memset(p, 1, 64 * PAGE);
	map(32, MAP_SHARED);
	map(100, MAP_PRIVATE);
	must(!mlock(map(8, MAP_PRIVATE), 8 * PAGE));
	must(fd >= 0 && !ftruncate(fd, 16 * PAGE) && pwrite(fd, "x", 1, 0) == 1);
}

static void keep_files(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10 };
	int a = open("/root/held-a", O_RDWR | O_CREAT, 0600),
	    b = open("/root/held-b", O_RDWR | O_CREAT, 0600);
	int n = inotify_init(), p[2];

	must(a >= 0 && b >= 0 && dup(a) >= 0);
	must(!flock(a, LOCK_EX));
	must(!fcntl(b, F_SETLK, &l));
	l.l_start = 100;
	must(!fcntl(b, F_SETLK, &l));
	must(n >= 0 && inotify_add_watch(n, "/root/held-a", IN_MODIFY) >= 0 &&
	     inotify_add_watch(n, "/root", IN_CREATE) >= 0);
	must(!pipe(p));
	must(!pipe(p) && fcntl(p[1], F_SETPIPE_SZ, 64 * PAGE) == 64 * PAGE &&
	     write(p[1], "held", 4) == 4);
}

static void keep_terminals(void)
{
	for (int i = 0; i < 2; i++) {
		int m = posix_openpt(O_RDWR | O_NOCTTY);

		must(m >= 0 && !grantpt(m) && !unlockpt(m));
		must(open(ptsname(m), O_RDWR | O_NOCTTY) >= 0);
	}
}

static void keep_sockets(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), pair[2];
	int u = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t len = sizeof(to);

	must(l >= 0 && c >= 0 && u >= 0);
	must(!bind(l, (struct sockaddr *)&to, len) && !listen(l, 4));
	must(!getsockname(l, (struct sockaddr *)&to, &len));
	must(!connect(c, (struct sockaddr *)&to, len) && accept(l, NULL, NULL) >= 0);
	must(send(c, "held", 4, 0) == 4);
	must(!bind(u, (struct sockaddr *)&to, len));
	must(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair) && write(pair[0], "held", 4) == 4);
	must(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
}

static void keep_signals(void)
{
	struct itimerspec in_a_week = { .it_value.tv_sec = 604800 };
	union sigval v = { .sival_int = 1 };
	timer_t t;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 3);
	must(!sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < 5; i++)
		must(!sigqueue(getpid(), SIGRTMIN + 3, v));
	must(!timer_create(CLOCK_MONOTONIC, NULL, &t) && !timer_settime(t, 0, &in_a_week, NULL));
}

static void keep_mounts(void)
{
	int fd;

	must(!mkdir("/mnt/held", 0700) || errno == EEXIST);
	must(!mount("held", "/mnt/held", "tmpfs", 0, NULL));
	fd = open("/mnt/held/file", O_RDWR | O_CREAT, 0600);
	must(fd >= 0);
	for (int i = 0; i < 20; i++)
		must(pwrite(fd, "x", 1, i * PAGE) == 1);
	must(!mount("/root", "/home", NULL, MS_BIND, NULL));
}

static void keep_aio(void)
{
	aio_context_t ctx = 0;

	must(!syscall(SYS_io_setup, 64, &ctx));
}

static void keep(void)
{
	keep_memory();
	keep_files();
	keep_terminals();
	keep_sockets();
	keep_signals();
	keep_mounts();
	keep_aio();
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		must(pid >= 0);
		if (!pid)
			for (;;)
				pause();
	}
	dprintf(report, "ready\n");
	for (;;)
		pause();
}

/* ---- at the limit --------------------------------------------------------- */

static bool get_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0) >= 0;
}

static bool get_file(void)
{
	return open("/dev/null", O_RDONLY) >= 0;
}

static bool get_memory(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
	       MAP_FAILED;
}

static bool get_process(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid > 0;
}

static const struct {
	const char *name;
	bool (*get)(void);
} things[] = {
	{ "numothersock", get_socket },
	{ "numfile", get_file },
	{ "numproc", get_process },
	{ "privvmpages", get_memory },
};

static size_t find(const char *name)
{
	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++)
		if (!strcmp(things[i].name, name))
			return i;
	dprintf(report, "broken: no row %s\n", name);
	exit(2);
}

static void try(char **names)
{
	const struct timespec moment = { .tv_nsec = 4000000 };

	for (char **n = names; *n; n++) {
		int left = 100000;

		while (things[find(*n)].get() && left--)
			;
		if (left <= 0)
			dprintf(report, "broken: no limit of %s\n", *n);
	}
	dprintf(report, "ready\n");
	for (;;) {
		for (char **n = names; *n; n++)
			if (things[find(*n)].get())
				dprintf(report, "got %s\n", *n);
		nanosleep(&moment, NULL);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	report = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
	if (report < 0)
		return 2;
	setsid();
	if (!strcmp(argv[1], "keep"))
		keep();
	if (!strcmp(argv[1], "try"))
		try(argv + 3);
	return 2;
}
