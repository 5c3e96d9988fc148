// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes, threads, signals, timers, cgroups, namespaces. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "attack.h"

/* Every process forks for ever. */
void attack_fork(int worker)
{
	pid_t pid;

	(void)worker;
	for (;;) {
		pid = fork();
		if (pid)
			got(pid > 0);
	}
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

void attack_threads(int worker)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	(void)worker;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (;;) {
		err = pthread_create(&thread, &attr, idle, NULL);
		errno = err;
		got(!err);
	}
}

/* Queued signals that nobody takes; a process that ends must still be seen. */
void attack_signals(int worker)
{
	union sigval value = { .sival_int = worker };
	struct timespec wait = { 60, 0 };
	sigset_t all, child;

	sigfillset(&all);
	must(!sigprocmask(SIG_BLOCK, &all, NULL));
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (;;) {
		pid_t pid;

		while (got(!sigqueue(getpid(), SIGRTMIN, value)))
			;
		pid = fork();
		must(pid >= 0);
		if (!pid)
			_exit(0);
		must(sigtimedwait(&child, NULL, &wait) == SIGCHLD);
		must(waitpid(pid, NULL, 0) == pid);
	}
}

void attack_timers(int worker)
{
	timer_t timer;

	(void)worker;
	for (;;)
		if (!got(!timer_create(CLOCK_MONOTONIC, NULL, &timer)))
			again();
}

/*
 * Groups that are removed but held by what was charged to them. The VE's own
 * view of its tree.
 */
void attack_cgroups(int worker)
{
	char dir[64], path[128], file[64];
	int i, fd, status;
	pid_t pid;

	must(!unshare(CLONE_NEWNS));
	must(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	snprintf(dir, sizeof(dir), "/tmp/cg.%d", worker);
	must(!mkdir(dir, 0755) || errno == EEXIST);
	must(!mount("cgroup2", dir, "cgroup2", 0, NULL));
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	fd = open(path, O_WRONLY);
	if (fd >= 0) {
		if (write(fd, "+memory", 7) < 0)
			errno = 0; /* processes in the root group: groups are made all the same */
		close(fd);
	}
	for (i = 0;; i++) {
		snprintf(path, sizeof(path), "%s/a%d.%d", dir, worker, i);
		insist(!mkdir(path, 0755));
		pid = fork();
		if (!pid) {
			strcat(path, "/cgroup.procs");
			fd = open(path, O_WRONLY);
			if (fd < 0 || write(fd, "0", 1) != 1)
				_exit(1);
			snprintf(file, sizeof(file), "%s/cg.%d", own_folder(worker, true), i);
			fd = open(file, O_RDWR | O_CREAT, 0600);
			_exit(fd < 0 || write(fd, file, sizeof(file)) < 0);
		}
		if (pid > 0)
			waitpid(pid, &status, 0);
		if (i % 4)	/* three of four are removed, the fourth stays */
			rmdir(path);
	}
}

void attack_nested(int worker)
{
	static const int flags[] = { CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWUTS, CLONE_NEWIPC,
				     CLONE_NEWCGROUP, 0x80 /* time */ };
	size_t i;

	(void)worker;
	for (;;)
		for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			got(!unshare(flags[i]));
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return good;
}

/*
 * One below the other, as deep as they go, by as many processes as there may
 * be. User and group must have a number in the one above.
 */
static void dig(void)
{
	while (got(!unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC)))
		if (!got(write_text("/proc/self/setgroups", "deny") &&
			 write_text("/proc/self/gid_map", "0 0 1") &&
			 write_text("/proc/self/uid_map", "0 0 1")))
			break;
	for (;;)
		pause();
}

void attack_nested_deep(int worker)
{
	pid_t pid;

	(void)worker;
	for (;;) {
		pid = fork();
		if (!got(pid >= 0))
			again();
		else if (!pid)
			dig();
	}
}

/* As many as there may be, and one of them going and coming. */
void attack_netns(int worker)
{
	int kept = 0, fds[4096];

	(void)worker;
	for (;;) {
		if (got(!unshare(CLONE_NEWNET))) {
			if (kept < 4096) {
				fds[kept] = open("/proc/self/ns/net", O_RDONLY);
				kept += fds[kept] >= 0;
			}
			continue;
		}
		if (kept)
			close(fds[--kept]);
		again();
	}
}

void attack_keys(int worker)
{
	char name[32];
	int i;

	(void)worker;
	for (i = 0;; i++) {
		snprintf(name, sizeof(name), "attack%d", i);
		if (!got(syscall(SYS_add_key, "user", name, "x", 1, -2 /* process keyring */) >= 0))
			again();
	}
}

/* As many users as the VE has, each with as much as a user may have, in one keyring. */
void attack_keys_users(int worker)
{
	static char text[16000];
	uid_t uid = 1000 + worker * 10000;
	char name[32];

	for (;; uid++) {
		snprintf(name, sizeof(name), "attack%u", uid);
		setfsuid(uid);
		if (!got(syscall(SYS_add_key, "user", name, text, sizeof(text),
				 -2 /* process keyring */) >= 0))
			again();
	}
}

/* Groups outlive those who made them. */
void clean_cgroups(void)
{
	int status = system("mkdir -p /tmp/cg && mount -t cgroup2 cgroup2 /tmp/cg && "
			    "{ rmdir /tmp/cg/a*.*; umount /tmp/cg; }");

	(void)status;
	clean_files();
}
