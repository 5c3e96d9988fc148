// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a call goes on that was interrupted is read of a stopped thread and can be set, by who
 * traces it and nobody else. Each call here lasts an hour, and ends when it is told to.
 */
#include "common.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <vz/abi.h>

#define PATH	"/proc/vz/restart"
#define HOUR	3600

static int restart = -1;

static int do_sleep(void)
{
	struct timespec t = { HOUR, 0 };

	return nanosleep(&t, &t) ? errno : 0;
}

static int do_clock(void)
{
	struct timespec t = { HOUR, 0 };

	return clock_nanosleep(CLOCK_BOOTTIME, 0, &t, NULL);
}

static int do_poll(void)
{
	struct pollfd p = { .fd = -1 };
	int n = poll(&p, 1, HOUR * 1000);

	return n < 0 ? errno : n;
}

static int do_poll_for_ever(void)
{
	struct pollfd p = { .fd = -1 };
	int n = poll(&p, 1, -1);

	return n < 0 ? errno : n;
}

static int do_futex(void)
{
	struct timespec t = { HOUR, 0 };
	static int word;

	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &t, NULL, 0) ? errno : 0;
}

static const struct call {
	const char *name;
	int (*fn)(void);
	unsigned int kind;
	int clock, ends;	/* when its time is up */
	bool timed;
} calls[] = {
	{ "nanosleep", do_sleep, VE_RESTART_SLEEP, CLOCK_MONOTONIC, 0, true },
	{ "clock_nanosleep", do_clock, VE_RESTART_SLEEP, CLOCK_BOOTTIME, 0, true },
	{ "poll", do_poll, VE_RESTART_POLL, CLOCK_MONOTONIC, 0, true },
	{ "poll without end", do_poll_for_ever, VE_RESTART_POLL, CLOCK_MONOTONIC, 0, false },
	{ "futex", do_futex, VE_RESTART_FUTEX, CLOCK_MONOTONIC, ETIMEDOUT, true },
};

/* In the call, not on the way to it. */
static bool sleeps(pid_t pid)
{
	char path[64], text[512] = "", *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	end = strrchr(text, ')');
	return end && end[2] == 'S';
}

static void stop(pid_t pid)
{
	int status;

	need(!ptrace(PTRACE_SEIZE, pid, 0, 0) && !ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	need(waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status));
}

static void check_call(const struct call *c)
{
	struct ve_restart r, again;
	struct timespec now;
	long long left;
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid)
		_exit(c->fn());
	need(wait_until(sleeps(pid)));
	r = (struct ve_restart){ .thread = pid };
	ok(ioctl(restart, VE_RESTART_GET, &r) && errno == EBUSY, "%s: not while it runs", c->name);
	stop(pid);
	need(!ioctl(restart, VE_RESTART_GET, &r));
	ok(r.kind == c->kind && r.clock == c->clock, "%s: kind %u, clock %d", c->name, r.kind,
	   r.clock);
	clock_gettime(c->clock, &now);
	left = (r.until - now.tv_sec * 1000000000LL - now.tv_nsec) / 1000000000;
	if (c->timed)
		ok(left > HOUR - 600 && left <= HOUR, "%s: %lld s are left", c->name, left);
	else
		ok(r.until == VE_RESTART_NEVER, "%s: it does not end", c->name);
	need(!ioctl(restart, VE_RESTART_PUT, &r));
	again = (struct ve_restart){ .thread = pid };
	need(!ioctl(restart, VE_RESTART_GET, &again));
	ok(!memcmp(&r, &again, sizeof(r)), "%s: what is set is read", c->name);
	r.until = now.tv_sec * 1000000000LL;
	ok(!ioctl(restart, VE_RESTART_PUT, &r), "%s: its time is up", c->name);
	need(!ptrace(PTRACE_DETACH, pid, 0, 0));
	need(wait_until(waitpid(pid, &status, WNOHANG) == pid));
	ok(WIFEXITED(status) && WEXITSTATUS(status) == c->ends, "%s: ends with %d", c->name,
	   WEXITSTATUS(status));
}

static void check_refusals(void)
{
	struct ve_restart r = { .thread = getpid() };
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid)
		_exit(do_sleep());
	ok(ioctl(restart, VE_RESTART_GET, &r) && errno == EBUSY, "not of oneself");
	r.thread = 0x3fffffff;
	ok(ioctl(restart, VE_RESTART_GET, &r) && errno == ESRCH, "not of nobody");
	need(wait_until(sleeps(pid)));
	stop(pid);
	r.thread = pid;
	need(!ioctl(restart, VE_RESTART_GET, &r));
	r.kind = 4;
	ok(ioctl(restart, VE_RESTART_PUT, &r) && errno == EINVAL, "an unknown kind");
	r.kind = VE_RESTART_SLEEP;
	r.clock = CLOCK_PROCESS_CPUTIME_ID;
	ok(ioctl(restart, VE_RESTART_PUT, &r) && errno == EINVAL, "an unknown clock");
	ok(ioctl(restart, VE_RESTART_PUT + 1, &r) && errno == ENOTTY, "an unknown call");
	need(!kill(pid, SIGKILL) && waitpid(pid, NULL, __WALL) == pid);
}

static int body(const struct ve *unused)
{
	(void)unused;
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("proc", "/proc", "proc", 0, NULL));
	ok(open(PATH, O_RDONLY) < 0 && (errno == EPERM || errno == EACCES), "not in a VE");
	return 0;
}

int main(void)
{
	struct ve ve;
	size_t i;

	test_start();
	restart = open(PATH, O_RDONLY | O_CLOEXEC);
	need(restart >= 0);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		check_call(&calls[i]);
	check_refusals();
	ve_setup(&ve, 152);
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	return test_end();
}
