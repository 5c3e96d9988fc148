// SPDX-License-Identifier: GPL-2.0-or-later
/* States of processes that no CRIU dumps are found, and named, before a dump. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
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

int main(void)
{
	TEST(shared_folder_is_refused);
	TEST(message_queue_is_refused);
	return tap_failed;
}
