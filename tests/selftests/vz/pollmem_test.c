// SPDX-License-Identifier: GPL-2.0-only
/*
 * Large arrays of poll(2) and select(2) are kmemsize: seen while a call waits,
 * refused with ENOMEM at the barrier, gone afterwards. Small ones are free.
 */
#include "row.h"
#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>

#define MANY	50000
#define SLACK	(512L << 10)

static struct pollfd polled[MANY];
static unsigned char bits[MANY / 8 + 64];

static void fill(int fd)
{
	int i;

	for (i = 0; i < MANY; i++)
		polled[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

/* A child waits in poll for the same empty pipe many times. */
static void test_seen(const struct ve *ve)
{
	long base, held = 0;
	int fds[2], status;
	pid_t pid;

	need(!pipe(fds));
	fill(fds[0]);
	base = row_held(ve, "kmemsize");
	pid = fork();
	need(pid >= 0);
	if (!pid)
		_exit(poll(polled, MANY, -1) > 0 ? 0 : 1);
	wait_until((held = row_held(ve, "kmemsize") - base) >= 60L * MANY);
	/* 8 bytes an entry in the list, 64 in the tables */
	ok(held >= 60L * MANY, "a waiting poll shows in kmemsize: %ld bytes", held);
	need(write(fds[1], "", 1) == 1);
	need(waitpid(pid, &status, 0) == pid);
	ok(!status, "it returns when there is something to read");
	held = ve_wait_held(ve, "kmemsize", base + SLACK);
	ok(held <= base + SLACK, "and gives the memory back: %ld bytes", held - base);
	close(fds[0]);
	close(fds[1]);
}

static void test_refused(const struct ve *ve)
{
	struct timeval now = { 0, 0 };
	int ret_large, ret_small, ret_select, ret_few, err, err_select;

	fill(-1);
	need(dup2(STDOUT_FILENO, MANY - 1) == MANY - 1);
	need(poll(polled, MANY, 0) == 0);
	need(syscall(SYS_select, MANY, bits, NULL, NULL, &now) == 0);
	need(!ve_set_ub(ve, "kmemsize", 0, 0));
	ret_large = poll(polled, MANY, 0);
	err = errno;
	ret_small = poll(polled, 128, 0);
	ret_select = syscall(SYS_select, MANY, bits, NULL, NULL, &now);
	err_select = errno;
	ret_few = syscall(SYS_select, 400, bits, NULL, NULL, &now);
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
	ok(ret_large < 0 && err == ENOMEM, "a large poll without kmemsize: ENOMEM");
	ok(!ret_small, "a small one works");
	ok(ret_select < 0 && err_select == ENOMEM, "a large select without kmemsize: ENOMEM");
	ok(!ret_few, "a small one works");
}

static int body(const struct ve *ve)
{
	test_seen(ve);
	test_refused(ve);
	return 0;
}

int main(void)
{
	struct rlimit many = { MANY + 100, MANY + 100 };
	struct ve ve;

	need(!setrlimit(RLIMIT_NOFILE, &many));
	ve_setup(&ve, 139);
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
