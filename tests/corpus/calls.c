// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that last when they are dumped, with a time limit and without: none ends early, none
 * lasts longer for it. The caller is a child, which says 'x' when a call ends that nobody ended.
 */
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include "corpus.h"

#define HOUR 3600

static int says = -1, told = -1;	/* pipes: what it says, what is polled */
static pid_t child;
static volatile sig_atomic_t hit;
static int *word;	/* shared */
static clockid_t clock_id;

static void on_hit(int sig)
{
	hit = sig;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(clock_id, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int rest(struct timespec *left)
{
	if (clock_id == CLOCK_MONOTONIC)
		return nanosleep(left, left) ? errno : 0;
	return clock_nanosleep(clock_id, 0, left, left);
}

/* For an hour, whatever comes in between. */
static void sleep_on(int out)
{
	struct timespec left = { HOUR, 0 };
	const double end = now() + HOUR;

	while (rest(&left) == EINTR && hit) {
		double wrong = now() + left.tv_sec + left.tv_nsec / 1e9 - end;

		hit = 0;
		put_all(out, wrong > -30 && wrong < 30 ? "k" : "w", 1);
	}
	put_all(out, "x", 1);
}

static void poll_on(int out, int in, int ms)
{
	struct pollfd p = { in, POLLIN, 0 };
	char c;

	while (poll(&p, 1, ms) == 1 && read(in, &c, 1) == 1)
		put_all(out, "k", 1);
	put_all(out, "x", 1);
}

static void wait_on(int out)
{
	struct timespec limit = { HOUR, 0 };
	int was = *word;

	while (!syscall(SYS_futex, word, FUTEX_WAIT, was, &limit, NULL, 0)) {
		was = *(volatile int *)word;
		put_all(out, "k", 1);
	}
	put_all(out, "x", 1);
}

static void start(void (*fn)(int out, int in))
{
	const struct sigaction a = { .sa_handler = on_hit };
	int out[2], in[2];

	need(!pipe(out) && !pipe(in));
	word = mmap(NULL, sizeof(*word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(word != MAP_FAILED);
	child = fork();
	need(child >= 0);
	if (!child) {
		sigaction(SIGUSR1, &a, NULL);
		put_all(out[1], "b", 1);
		fn(out[1], in[0]);
		pause();
		_exit(0);
	}
	says = out[0];
	told = in[1];
	close(out[1]);
	close(in[0]);
}

static char heard(int ms)
{
	struct pollfd p = { says, POLLIN, 0 };
	char c = 0;

	if (poll(&p, 1, ms) != 1)
		return 0;
	get_all(says, &c, 1);
	return c;
}

/* Where it waits, not on the way. */
static void begins(void)
{
	char path[64], text[512], *end;

	equal(heard(patience_ms), 'b');
	for (int i = 0; i < 6000; i++) {
		int fd, n;

		snprintf(path, sizeof(path), "/proc/%d/stat", child);
		fd = open(path, O_RDONLY);
		need(fd >= 0);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		need(n > 0);
		text[n] = 0;
		end = strrchr(text, ')');
		if (end && end[2] == 'S')
			return;
		usleep(10000);
	}
	need(!"it waits");
}

static void still_there(void)
{
	equal(heard(0), 0);
	equal(waitpid(child, NULL, WNOHANG), 0);
}

static void spoil(void)
{
	need(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
}

static void run_sleep(int out, int in)
{
	(void)in;
	sleep_on(out);
}

static void set_up_sleep(void)
{
	clock_id = CLOCK_MONOTONIC;
	start(run_sleep);
	begins();
}

static void set_up_boottime(void)
{
	clock_id = CLOCK_BOOTTIME;
	start(run_sleep);
	begins();
}

static void verify_sleep(void)
{
	still_there();
	need(!kill(child, SIGUSR1));
	equal(heard(patience_ms), 'k');
}

STATE(call_sleep, "a sleep of an hour", set_up_sleep, verify_sleep, spoil);
STATE(call_sleep_boottime, "a sleep by the clock of the boot", set_up_boottime, verify_sleep,
      spoil);

static void *thread(void *arg)
{
	sleep_on(*(int *)arg);
	return NULL;
}

/* The signal is the thread's: the first one has it blocked. */
static void run_thread(int out, int in)
{
	pthread_t t;
	sigset_t set;

	(void)in;
	need(!pthread_create(&t, NULL, thread, &out));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	need(!pthread_sigmask(SIG_BLOCK, &set, NULL));
	pthread_join(t, NULL);
}

static void set_up_thread(void)
{
	clock_id = CLOCK_MONOTONIC;
	start(run_thread);
	begins();
	usleep(200000);
}

STATE(call_sleep_thread, "a sleep of another thread", set_up_thread, verify_sleep, spoil);

static void run_poll(int out, int in)
{
	poll_on(out, in, HOUR * 1000);
}

static void run_poll_ever(int out, int in)
{
	poll_on(out, in, -1);
}

static void set_up_poll(void)
{
	start(run_poll);
	begins();
}

static void set_up_poll_ever(void)
{
	start(run_poll_ever);
	begins();
}

static void verify_poll(void)
{
	still_there();
	put_all(told, "1", 1);
	equal(heard(patience_ms), 'k');
}

STATE(call_poll, "a poll with a time limit", set_up_poll, verify_poll, spoil);
STATE(call_poll_ever, "a poll without one", set_up_poll_ever, verify_poll, spoil);

static void run_futex(int out, int in)
{
	(void)in;
	wait_on(out);
}

static void set_up_futex(void)
{
	start(run_futex);
	begins();
}

static void verify_futex(void)
{
	still_there();
	++*(volatile int *)word;
	equal(syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
	equal(heard(patience_ms), 'k');
}

STATE(call_futex, "a wait for a futex with a time limit", set_up_futex, verify_futex, spoil);
