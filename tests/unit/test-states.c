// SPDX-License-Identifier: GPL-2.0-or-later
/* States of processes that no CRIU dumps are found, and named, before a dump. */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/lost.h"
#include "checkpoint/states.h"
#include "libvz/err.h"
#include "tests/unit/tap.h"

static int wait_for_end(void *arg)
{
	for (;;)
		pause();
	return 0;
}

/* A process that shares with us what the flags say. */
static pid_t start(int flags)
{
	const size_t size = 64 << 10;
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return stack == MAP_FAILED ? -1 : clone(wait_for_end, stack + size, flags | SIGCHLD, NULL);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* What is said of these three processes, "" when all is well. */
static char said[1000];
static int look(pid_t a, pid_t b, pid_t c)
{
	pid_t pid[] = { a, b, c };
	struct vz_err e = {};
	int err = ckpt_check_processes(7, pid, 3, &e);

	snprintf(said, sizeof(said), "%s", e.msg ? e.msg : "");
	vz_error_free(&e);
	return err;
}

static bool says(const char *fmt, pid_t pid)
{
	char want[64];

	snprintf(want, sizeof(want), fmt, pid);
	return strstr(said, want);
}

static void shared_folder_is_refused(void)
{
	pid_t apart = start(0), child = start(0), with = start(CLONE_FS);
	pid_t dead = start(0), other = start(0);

	CHECK(!look(getpid(), apart, child));
	CHECK(look(with, apart, getpid()) == -EOPNOTSUPP);
	CHECK(says("%d (", with) && says("%d (", getpid()) && !says("%d (", apart));
	/* Those that have ended have no folder, and so share none. */
	kill(dead, SIGKILL);
	kill(other, SIGKILL);
	waitid(P_PID, dead, &(siginfo_t){}, WEXITED | WNOWAIT);
	waitid(P_PID, other, &(siginfo_t){}, WEXITED | WNOWAIT);
	CHECK(!look(dead, other, child));
	end(with);
	CHECK(!look(with, apart, getpid()));
	end(apart);
	end(child);
	end(dead);
	end(other);
}

static void message_queue_is_refused(void)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 16 };
	int queue = mq_open("/states-test", O_CREAT | O_RDWR, 0600, &attr);
	pid_t child, apart;

	CHECK(queue >= 0);
	child = start(0);
	close(queue);
	mq_unlink("/states-test");
	apart = start(0);
	CHECK(look(apart, child, getpid()) == -EOPNOTSUPP);
	CHECK(says("%d (", child) && strstr(said, "/states-test") && says("descriptor %d", queue));
	end(child);
	CHECK(!look(apart, getpid(), getppid()));
	end(apart);
}

/* What a feature opens, and no CRIU dumps. */
static void file_of_a_feature_is_refused(void)
{
	int fd = syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY);
	pid_t child, apart;

	CHECK(fd >= 0);
	child = start(0);
	close(fd);
	apart = start(0);
	CHECK(look(apart, child, getpid()) == -EOPNOTSUPP);
	CHECK(says("%d (", child) && strstr(said, "[userfaultfd]") && says("descriptor %d", fd));
	end(child);
	CHECK(!look(apart, getpid(), getppid()));
	end(apart);
}

static void traced_is_refused(void)
{
	pid_t traced = start(0), apart = start(0);

	CHECK(!look(traced, apart, getpid()));
	CHECK(!ptrace(PTRACE_SEIZE, traced, 0, 0));
	CHECK(look(apart, traced, getpid()) == -EOPNOTSUPP);
	CHECK(says("process %d (", traced) && says("by process %d,", getpid()));
	end(traced);
	CHECK(!look(apart, getpid(), getppid()));
	end(apart);
}

static void shared_memory_is_refused(void)
{
	pid_t with = start(CLONE_VM), apart = start(0);

	CHECK(look(with, apart, getpid()) == -EOPNOTSUPP);
	CHECK(says("%d (", with) && says("%d (", getpid()) && !says("%d (", apart));
	CHECK(strstr(said, "CLONE_VM"));
	end(with);
	CHECK(!look(apart, getpid(), getppid()));
	end(apart);
}

static void *wait_in_thread(void *arg)
{
	return wait_for_end(arg), NULL;
}

static bool has_ended(pid_t pid)
{
	char path[64], text[2000] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	CHECK(f && fread(text, 1, sizeof(text) - 1, f));
	fclose(f);
	return strstr(text, "State:\tZ");
}

static void headless_is_refused(void)
{
	pid_t dead = start(0), pid = fork();
	pthread_t thread;

	if (!pid) {
		pthread_create(&thread, NULL, wait_in_thread, NULL);
		syscall(SYS_exit, 0);
	}
	while (!has_ended(pid))
		usleep(1000);
	CHECK(look(pid, getpid(), getppid()) == -EOPNOTSUPP);
	CHECK(says("process %d (", pid) && strstr(said, "first thread"));
	end(pid);
	/* One that has ended as a whole is not meant. */
	kill(dead, SIGKILL);
	waitid(P_PID, dead, &(siginfo_t){}, WEXITED | WNOWAIT);
	CHECK(!look(dead, getpid(), getppid()));
	end(dead);
}

/* What init has not is named; what all share is not. */
static void nested_namespaces_are_refused(void)
{
	pid_t here = start(0), nested = start(CLONE_NEWUSER);
	struct vz_err e = {};
	pid_t both[] = { here, nested };

	CHECK(!ckpt_check_nesting(7, getpid(), both, 1, &e));
	if (nested > 0) {
		CHECK(ckpt_check_nesting(7, getpid(), both, 2, &e) == -EOPNOTSUPP);
		snprintf(said, sizeof(said), "%s", e.msg ? e.msg : "");
		CHECK(says("process %d ", nested) && strstr(said, "user namespace") &&
		      strstr(said, "nesting"));
		vz_error_free(&e);
		end(nested);
	}
	end(here);
}

/* A file system and a device of a kind that is lost, in namespaces of a child. */
static int make_lost(void *arg)
{
	int *ready = arg;

	if (!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    !mount("none", "/tmp", "overlay", 0, "lowerdir=/etc:/usr"))
		(void)!write(ready[1], "m", 1);
	close(ready[1]);
	return wait_for_end(NULL);
}

static void lost_mounts_are_refused(void)
{
	const size_t size = 64 << 10;
	char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vz_err e = {};
	int ready[2];
	pid_t pid;
	char c;

	CHECK(stack != MAP_FAILED && !pipe(ready));
	pid = clone(make_lost, stack + size, CLONE_NEWNS | SIGCHLD, ready);
	close(ready[1]);
	/* Where overlay cannot be mounted there is nothing to find. */
	if (pid > 0 && read(ready[0], &c, 1) == 1) {
		CHECK(ckpt_check_namespaces(7, &pid, 1, &e) == -EOPNOTSUPP);
		CHECK(e.msg && strstr(e.msg, "type overlay") && strstr(e.msg, "VE 7"));
		vz_error_free(&e);
	}
	close(ready[0]);
	if (pid > 0)
		end(pid);
}

static int left_fd;

static void *leave_files(void *unused)
{
	if (unshare(CLONE_FILES) || write(left_fd, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
	return unused;
}

/* A thread that has left the descriptors of the others. */
static void thread_apart_is_refused(void)
{
	int told[2];
	pthread_t thread;
	pid_t pid, idle = start(0), other = start(0);
	char c;

	CHECK(!pipe(told));
	pid = fork();
	if (!pid) {
		left_fd = told[1];
		if (pthread_create(&thread, NULL, leave_files, NULL))
			_exit(1);
		for (;;)
			pause();
	}
	CHECK(read(told[0], &c, 1) == 1);
	CHECK(!look(getpid(), idle, other));
	CHECK(look(getpid(), idle, pid) == -EOPNOTSUPP);
	CHECK(says("process %d (", pid) && strstr(said, "files of its own"));
	end(pid);
	end(idle);
	end(other);
	close(told[0]);
	close(told[1]);
}

int main(void)
{
	TEST(nested_namespaces_are_refused);
	TEST(lost_mounts_are_refused);
	TEST(shared_folder_is_refused);
	TEST(message_queue_is_refused);
	TEST(file_of_a_feature_is_refused);
	TEST(traced_is_refused);
	TEST(shared_memory_is_refused);
	TEST(headless_is_refused);
	TEST(thread_apart_is_refused);
	return tap_failed;
}
