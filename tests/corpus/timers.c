// SPDX-License-Identifier: GPL-2.0-or-later
/* Timers of a process: POSIX ones, intervals, an alarm, a sleep. */
#include <sys/time.h>
#include "corpus.h"

static volatile int ticks;
static volatile int value;

static void tick(int signal, siginfo_t *info, void *context)
{
	ticks++;
	value = info->si_value.sival_int;
}

static void catch(int signal)
{
	struct sigaction sa = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO | SA_RESTART };

	need(!sigaction(signal, &sa, NULL));
}

static timer_t ids[3];

static timer_t timer(int clock, int signal, int number, time_t first, time_t every, long every_nsec)
{
	struct sigevent e = { .sigev_notify = signal ? SIGEV_SIGNAL : SIGEV_NONE,
			      .sigev_signo = signal, .sigev_value.sival_int = number };
	struct itimerspec t = { { every, every_nsec }, { first, first ? 0 : 1000000 } };
	timer_t id;

	need(!timer_create(clock, &e, &id) && !timer_settime(id, 0, &t, NULL));
	return id;
}

static void set_up_posix(void)
{
	catch(SIGRTMIN + 1);
	/* The numbers of timers have a gap. */
	ids[0] = timer(CLOCK_MONOTONIC, SIGRTMIN + 1, 1, 500000, 0, 0);
	ids[1] = timer(CLOCK_REALTIME, SIGRTMIN + 1, 2, 600000, 9, 0);
	ids[2] = timer(CLOCK_MONOTONIC, SIGRTMIN + 1, 33, 0, 0, 60000000);
	need(!timer_delete(ids[0]));
	ids[0] = timer(CLOCK_BOOTTIME, 0, 1, 700000, 0, 0);
}

static void verify_posix(void)
{
	struct itimerspec t;
	const int before = ticks;

	need(!timer_gettime(ids[1], &t));
	equal(t.it_interval.tv_sec, 9);
	need(t.it_value.tv_sec > 500000 && t.it_value.tv_sec <= 600000);
	need(!timer_gettime(ids[0], &t));
	need(t.it_value.tv_sec > 600000 && t.it_value.tv_sec <= 700000);
	need(!timer_gettime(ids[2], &t));
	equal(t.it_interval.tv_nsec, 60000000);
	in_time(ticks > before);
	equal(value, 33);
}

static void spoil_posix(void)
{
	need(!timer_delete(ids[2]));
}

STATE(timers_posix, "POSIX timers of several clocks", set_up_posix, verify_posix, spoil_posix);

/* --- intervals */
static const int kinds[] = { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF };

static void set_up_intervals(void)
{
	catch(SIGALRM);
	for (int i = 0; i < 3; i++) {
		struct itimerval t = { { 70 + i, 5000 }, { 400000 + i, 0 } };

		need(!setitimer(kinds[i], &t, NULL));
	}
}

static void verify_intervals(void)
{
	struct itimerval t;

	for (int i = 0; i < 3; i++) {
		need(!getitimer(kinds[i], &t));
		equal(t.it_interval.tv_sec, 70 + i);
		/* Those of CPU time are rounded to ticks. */
		need(t.it_value.tv_sec > 300000 && t.it_value.tv_sec <= 400001 + i);
	}
}

static void spoil_intervals(void)
{
	struct itimerval t = { };

	need(!setitimer(ITIMER_VIRTUAL, &t, NULL));
}

STATE(timers_intervals, "the three interval timers", set_up_intervals, verify_intervals,
      spoil_intervals);

static void set_up_alarm(void)
{
	alarm(5000);
}

static void verify_alarm(void)
{
	const unsigned int left = alarm(5000);

	need(left > 4000 && left <= 5000);
}

static void spoil_alarm(void)
{
	alarm(0);
}

STATE(timers_alarm, "an alarm that rings in an hour", set_up_alarm, verify_alarm, spoil_alarm);

/* --- a task that sleeps sleeps on, no longer than it wanted to and no shorter */
static volatile time_t *woke;
static pid_t sleeper;

static void start_sleeper(void)
{
	struct timespec t = { 5000, 0 };

	*woke = 0;
	need((sleeper = fork()) >= 0);
	if (sleeper)
		return;
	while (nanosleep(&t, &t) && errno == EINTR)
		;
	*woke = 1;
	_exit(0);
}

static void set_up_sleep(void)
{
	woke = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(woke != MAP_FAILED);
	start_sleeper();
}

static void verify_sleep(void)
{
	int status;

	equal(*woke, 0);
	equal(waitpid(sleeper, &status, WNOHANG), 0);
}

static void spoil_sleep(void)
{
	need(!kill(sleeper, SIGKILL));
}

STATE(timers_sleep, "a process in nanosleep(2)", set_up_sleep, verify_sleep, spoil_sleep);
