// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel does for a task of a VE stays in the VE: cores of programs
 * that changed their ids, the list of file locks, its leases towards the host's
 * readers, and how often its readers of /proc/stat and /proc/uptime make the host
 * add up.
 */
#include "vz.h"
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define CORES	"/tmp/vz-cores"		/* the host's; a VE mounts its own there */
#define CORE	CORES "/core"
#define HELPER	"/tmp/vz-core-helper"
#define RAN	"/tmp/vz-helper-ran"

/* A child dies of a signal that leaves a core. @id: it changed its ids before. */
static void crash(bool id)
{
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

		need(!chdir("/") && !setrlimit(RLIMIT_CORE, &all));
		/* A VE's first process did so, when it became its root. */
		need(id ? !setresuid(1000, 1000, 1000) : !prctl(PR_SET_DUMPABLE, 1));
		raise(SIGSEGV);
		_exit(99);
	}
	need(waitpid(pid, &status, 0) == pid);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "a program %s dies",
	   id ? "that changed its ids" : "of root");
}

static int crash_in_ve(void *unused)
{
	(void)unused;
	need(!mount("cores", CORES, "tmpfs", 0, "mode=1777"));
	/* Its own: the host's is not asked. */
	need(!write_file("/proc/sys/kernel/core_pattern", CORE));
	crash(false);
	ok(!unlink(CORE), "its core is in the VE");
	crash(true);
	fails_with(ENOENT, access(CORE, F_OK), "and has no core in the VE");
	return 0;
}

static int crash_for_helper(void *unused)
{
	(void)unused;
	crash(false);
	need(!write_file("/proc/sys/kernel/core_pattern", "|" HELPER " %%p"));
	crash(false);
	crash(true);
	return 0;
}

static void test_core(void)
{
	FILE *f;

	need(!mkdir(CORES, 01777));
	need(!write_file("/proc/sys/fs/suid_dumpable", "2"));
	need(!write_file("/proc/sys/kernel/core_uses_pid", "0"));
	need(!write_file("/proc/sys/kernel/core_pattern", CORE));
	crash(true);
	ok(!unlink(CORE), "the host writes the core of such a program");
	ok(!in_ve(156, "", crash_in_ve, NULL), "a VE has tried");
	fails_with(ENOENT, access(CORE, F_OK), "the host's folder has no core");

	f = fopen(HELPER, "w");
	need(f);
	fputs("#!/bin/sh\n: > " RAN "\n", f);
	fchmod(fileno(f), 0755);
	fclose(f);
	need(!write_file("/proc/sys/kernel/core_pattern", "|" HELPER " %%p"));
	ok(!in_ve(156, "", crash_for_helper, NULL), "a VE has tried with a helper");
	fails_with(ENOENT, access(RAN, F_OK), "no helper of the host ran");
	crash(true);
	ok(wait_until(!access(RAN, F_OK)), "for the host it does");
	need(!write_file("/proc/sys/kernel/core_pattern", "core"));
}

/* --- /proc/locks ----------------------------------------------------------------- */

static ino_t lock_file(const char *name)
{
	struct flock whole = { .l_type = F_WRLCK }, first = { .l_type = F_RDLCK, .l_len = 1 };
	char path[64];
	struct stat st;
	int fd[3], i;

	snprintf(path, sizeof(path), "/tmp/%s", name);
	for (i = 0; i < 3; i++) {
		fd[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		need(fd[i] >= 0);
	}
	need(!fstat(fd[0], &st));
	first.l_start = 100;
	whole.l_len = 50;
	need(!fcntl(fd[0], F_OFD_SETLK, &whole));
	need(!fcntl(fd[1], F_SETLK, &first) && !flock(fd[2], LOCK_EX));
	return st.st_ino;
}

/* Lines of /proc/locks: of inode @ino, and all. */
static int count_locks(ino_t ino, int *all)
{
	char *line, *text = read_file("/proc/locks");
	char want[32];
	int n = 0;

	snprintf(want, sizeof(want), ":%lu ", (unsigned long)ino);
	for (*all = 0; (line = strsep(&text, "\n")) && *line; ++*all)
		n += strstr(line, want) != NULL;
	return n;
}

static int look_at_locks(void *unused)
{
	int all, own;
	ino_t ino;

	(void)unused;
	count_locks(0, &all);
	ok_eq(all, 0, "locks that a VE sees before it has one");
	need(!mount("own", "/tmp/own", "tmpfs", 0, NULL));
	ino = lock_file("own/locked");
	own = count_locks(ino, &all);
	ok_eq(own, 3, "locks of its own");
	ok_eq(all, 3, "all locks that it sees");
	return 0;
}

static void test_locks(void)
{
	ino_t ino = lock_file("vz-locked");
	int all;

	need(!mkdir("/tmp/own", 0755));
	ok_eq(count_locks(ino, &all), 3, "locks of the host that it sees");
	ok(!in_ve(157, "", look_at_locks, NULL), "a VE has looked");
}

/* --- leases ------------------------------------------------------------------------ */

#define LEASED "/tmp/vz-leased"

static int to_host[2], to_ve[2];

static bool lease_is_broken(void)
{
	sigset_t pending;

	need(!sigpending(&pending));
	return sigismember(&pending, SIGIO);
}

static void turn_to_host(void)
{
	char c = 0;

	need(write(to_host[1], &c, 1) == 1 && read(to_ve[0], &c, 1) == 1);
}

static int hold_lease(void *unused)
{
	int fd = open(LEASED, O_RDWR | O_CREAT | O_CLOEXEC, 0600), status;
	sigset_t set;
	pid_t pid;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	need(fd >= 0 && write(fd, "kept", 4) == 4 && !sigprocmask(SIG_BLOCK, &set, NULL));
	need(!fcntl(fd, F_SETLEASE, F_WRLCK));
	turn_to_host();
	ok(!lease_is_broken(), "the VE hears nothing of a reader of the host");
	ok_eq(fcntl(fd, F_GETLEASE), F_WRLCK, "the lease");
	turn_to_host();
	ok(lease_is_broken(), "but of a writer");
	need(!fcntl(fd, F_SETLEASE, F_UNLCK));
	sigwaitinfo(&set, NULL);
	need(!fcntl(fd, F_SETLEASE, F_WRLCK));
	pid = fork();
	if (!pid)
		_exit(open(LEASED, O_RDONLY | O_NONBLOCK) < 0 && errno == EWOULDBLOCK ? 0 : 1);
	need(waitpid(pid, &status, 0) == pid);
	ok(!status && lease_is_broken(), "and of a reader that is in the VE");
	return 0;
}

static void test_leases(void)
{
	char c, text[4];
	int fd, status;
	pid_t host;

	need(!pipe(to_host) && !pipe(to_ve));
	host = fork();
	need(host >= 0);
	if (!host) {
		need(read(to_host[0], &c, 1) == 1);
		fd = open(LEASED, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		ok(fd >= 0 && read(fd, text, 4) == 4, "the host reads beside a lease");
		need(!close(fd) && write(to_ve[1], &c, 1) == 1 && read(to_host[0], &c, 1) == 1);
		fails_with(EWOULDBLOCK, open(LEASED, O_WRONLY | O_NONBLOCK), "it writes");
		need(write(to_ve[1], &c, 1) == 1);
		_exit(0);
	}
	ok(!in_ve(159, "", hold_lease, NULL), "a VE has held a lease");
	need(waitpid(host, &status, 0) == host);
	ok(!status, "the host has looked");
	need(!unlink(LEASED));
}

/* --- /proc/stat ------------------------------------------------------------------- */

#define SECONDS	3

static unsigned long used_time(void)
{
	unsigned long user, nice, system;

	need(sscanf(read_file("/proc/stat"), "cpu %lu %lu %lu", &user, &nice, &system) == 3);
	return user + nice + system;
}

/*
 * A reader that works all the time sees its time grow: with each sum that the
 * host makes, not with each read. Sums made for others count as well, so there
 * may be half as many again.
 */
static int read_times(void *unused)
{
	unsigned long now, last = used_time(), first = last;
	double begin = test_clock(), end = begin + SECONDS;
	int changes = 0, reads = 0;
	double idle[2], up;

	(void)unused;
	need(sscanf(read_file("/proc/uptime"), "%lf %lf", &up, &idle[0]) == 2);
	do {
		now = used_time();
		changes += now != last;
		last = now;
		reads++;
	} while (test_clock() < end);
	end = test_clock();
	ok(changes >= 2 && changes <= 15 * (end - begin) + 2, "%d reads saw %d sums in %.1f s",
	   reads, changes, end - begin);
	ok(now > first, "the VE's time grows");
	need(sscanf(read_file("/proc/uptime"), "%lf %lf", &up, &idle[1]) == 2);
	ok(idle[1] >= idle[0], "idle time does not go back");
	return 0;
}

int main(void)
{
	test_start();
	umask(0);
	test_core();
	test_locks();
	test_leases();
	ok(!in_ve(158, "", read_times, NULL), "a VE has read its times");
	return test_end();
}
