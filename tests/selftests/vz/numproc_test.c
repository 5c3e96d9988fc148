// SPDX-License-Identifier: GPL-2.0-only
/*
 * numproc: threads and zombies count, EAGAIN at the barrier, nothing is lost.
 */
#include "row.h"

#define ROOM	5

static unsigned long held(const struct ve *ve)
{
	return ve_read_ub(ve, "numproc").held;
}

static pid_t fork_sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end_sleeper(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static const struct row process = { "numproc", EAGAIN, 1, fork_sleeper, end_sleeper };

static void *sleep_thread(void *arg)
{
	char c;

	(void)!read(*(int *)arg, &c, 1);
	return NULL;
}

static void test_threads(const struct ve *ve, unsigned long base)
{
	int pipefd[2];
	pthread_t thread;

	need(!pipe(pipefd));
	need(!pthread_create(&thread, NULL, sleep_thread, &pipefd[0]));
	ok_eq(held(ve), base + 1, "a thread counts");
	need(write(pipefd[1], "", 1) == 1);
	pthread_join(thread, NULL);
	ok_eq(ve_wait_held(ve, "numproc", base), base, "a thread that ended does not");
}

static void test_barrier(const struct ve *ve, unsigned long base)
{
	struct ub_row before = ve_read_ub(ve, "numproc"), row;
	pid_t pids[ROOM], pid;
	int i;

	need(!ve_set_ub(ve, "numproc", base + ROOM, base + 2 * ROOM));
	for (i = 0; i < ROOM; i++) {
		pids[i] = fork_sleeper();
		need(pids[i] > 0);
	}
	pid = fork_sleeper();
	ok(pid < 0 && errno == EAGAIN, "fork at the barrier fails with EAGAIN");
	row = ve_read_ub(ve, "numproc");
	ok_eq(row.held, base + ROOM, "held at the barrier");
	ok_eq(row.maxheld, base + ROOM, "maxheld at the barrier");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");

	kill(pids[0], SIGKILL);
	need(!waitid(P_PID, pids[0], NULL, WEXITED | WNOWAIT));
	pid = fork_sleeper();
	ok(pid < 0 && errno == EAGAIN, "a zombie counts");
	waitpid(pids[0], NULL, 0);
	pids[0] = fork_sleeper();
	ok(pids[0] > 0, "its place is free once it is waited for");

	need(!ve_set_ub(ve, "numproc", base, base));
	pid = fork_sleeper();
	ok(pid < 0 && errno == EAGAIN, "a barrier below held refuses");
	ok_eq(held(ve), base + ROOM, "and frees nothing");
	for (i = 0; i < ROOM; i++)
		end_sleeper(pids[i]);
	ok_eq(ve_wait_held(ve, "numproc", base), base, "held afterwards");
	need(!ve_set_ub(ve, "numproc", VE_MAX, VE_MAX));
}

static void test_drift(const struct ve *ve, unsigned long base)
{
	int i;

	need(!ve_set_ub(ve, "numproc", base + 1, base + 1));
	for (i = 0; i < 1000; i++) {
		pid_t pid = vfork();

		if (!pid)
			_exit(0);
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
	ok_eq(ve_wait_held(ve, "numproc", base), base, "held after many forks at the limit");
	need(!ve_set_ub(ve, "numproc", VE_MAX, VE_MAX));
	/* All of them in `make soak`. */
	row_test_random(ve, &process, test_rounds(1000));
}

static int body(const struct ve *ve)
{
	unsigned long base = held(ve);

	ok_eq(base, 2, "keeper and init are counted");
	test_threads(ve, base);
	test_barrier(ve, base);
	test_drift(ve, base);
	return 0;
}

/* Limits do not bite while the VE is set up. */
static int body_starting(const struct ve *ve)
{
	pid_t pid;

	need(!ve_set_ub(ve, "numproc", 1, 1));
	pid = fork_sleeper();
	ok(pid > 0, "fork above the barrier works in STARTING");
	ok_eq(held(ve), 3, "and is counted");
	end_sleeper(pid);
	need(!ve_set_ub(ve, "numproc", VE_MAX, VE_MAX));
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 101);
	ok_eq(ve_set_ub(&ve, "numproc", 2, 1), EINVAL, "barrier above limit");
	ok_eq(ve_set_ub(&ve, "nosuch", 1, 1), EINVAL, "unknown name");
	ok_eq(ve_set_ub(&ve, "dummy", 1, 1), EINVAL, "dummy");
	ve_start(&ve, body_starting, "STARTING");
	ok_eq(ve_wait(&ve), 0, "init in STARTING");
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numproc", 0), 0, "held of a stopped VE");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
