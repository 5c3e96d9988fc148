// SPDX-License-Identifier: GPL-2.0-or-later
/* What a process waits at: epoll, eventfd, signalfd, timerfd, pressure. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include "corpus.h"

static int fd, inner, ends[2];

static void watch(int epoll, int what, uint32_t events, uint64_t data)
{
	struct epoll_event e = { .events = events, .data.u64 = data };

	need(!epoll_ctl(epoll, EPOLL_CTL_ADD, what, &e));
}

/* The number of events; the data of the first in *data. */
static int events_of(int epoll, uint64_t *data)
{
	struct epoll_event e[4];
	int n = epoll_wait(epoll, e, 4, 0);

	if (n > 0)
		*data = e[0].data.u64;
	return n;
}

/* --- level: as long as there is something */
static void set_up_level(void)
{
	need(!pipe(ends));
	need((fd = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	watch(fd, ends[0], EPOLLIN, 0x123456789abcdefULL);
	put_all(ends[1], "x", 1);
}

static void verify_level(void)
{
	uint64_t data;
	char c;

	equal(events_of(fd, &data), 1);
	equal(data, 0x123456789abcdefULL);
	equal(events_of(fd, &data), 1);
	get_all(ends[0], &c, 1);
	equal(events_of(fd, &data), 0);
	put_all(ends[1], "x", 1);
}

static void spoil_watch(void)
{
	need(!epoll_ctl(fd, EPOLL_CTL_DEL, ends[0], NULL));
}

STATE(epoll_level, "epoll of a pipe with something in it", set_up_level, verify_level,
      spoil_watch);

/* --- edge: each arrival is told; once more after a restore does no harm */
static void set_up_edge(void)
{
	need(!pipe(ends));
	need((fd = epoll_create1(0)) >= 0);
	watch(fd, ends[0], EPOLLIN | EPOLLET, 5);
}

static void verify_edge(void)
{
	uint64_t data = 0;
	char c;

	events_of(fd, &data);
	put_all(ends[1], "x", 1);
	equal(events_of(fd, &data), 1);
	equal(data, 5);
	equal(events_of(fd, &data), 0);
	get_all(ends[0], &c, 1);
}

STATE(epoll_edge, "epoll by edges", set_up_edge, verify_edge, spoil_watch);

/* --- one shot, used up: it stays silent until it is armed again */
static void set_up_oneshot(void)
{
	uint64_t data;

	need(!pipe(ends));
	need((fd = epoll_create1(0)) >= 0);
	watch(fd, ends[0], EPOLLIN | EPOLLONESHOT, 6);
	put_all(ends[1], "x", 1);
	equal(events_of(fd, &data), 1);
}

static void verify_oneshot(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT, .data.u64 = 6 };
	uint64_t data;

	equal(events_of(fd, &data), 0);
	need(!epoll_ctl(fd, EPOLL_CTL_MOD, ends[0], &e));
	equal(events_of(fd, &data), 1);
	equal(data, 6);
	equal(events_of(fd, &data), 0);
}

STATE(epoll_oneshot, "epoll with a used one-shot watch", set_up_oneshot, verify_oneshot,
      spoil_watch);

/* --- an epoll in an epoll */
static void set_up_nested(void)
{
	set_up_level();
	inner = fd;
	need((fd = epoll_create1(0)) >= 0);
	watch(fd, inner, EPOLLIN, 8);
}

static void verify_nested(void)
{
	uint64_t data;
	char c;

	equal(events_of(fd, &data), 1);
	equal(data, 8);
	get_all(ends[0], &c, 1);
	equal(events_of(fd, &data), 0);
	put_all(ends[1], "x", 1);
}

static void spoil_nested(void)
{
	need(!epoll_ctl(fd, EPOLL_CTL_DEL, inner, NULL));
}

STATE(epoll_nested, "an epoll that watches an epoll", set_up_nested, verify_nested, spoil_nested);

/* --- what is watched was closed here, but lives in a duplicate with another number */
static void set_up_moved(void)
{
	int other;

	set_up_level();
	need((other = dup(ends[0])) >= 0);
	need(!close(ends[0]));
	need((ends[0] = other) >= 0);
}

STATE(epoll_moved, "epoll whose descriptor was closed while a duplicate lives", set_up_moved,
      verify_level, set_up_edge);

/* --- a task that waits in epoll_wait(2) */
static volatile int *woken;

static void set_up_waiter(void)
{
	woken = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(woken != MAP_FAILED);
	need((inner = eventfd(0, 0)) >= 0 && (fd = epoll_create1(0)) >= 0);
	watch(fd, inner, EPOLLIN, 1);
	if (fork())
		return;
	for (;;) {
		struct epoll_event e;
		uint64_t value;

		if (epoll_wait(fd, &e, 1, -1) == 1 && read(inner, &value, 8) == 8)
			*woken += value;
	}
}

static void verify_waiter(void)
{
	const int before = *woken;
	const uint64_t add = 3;

	put_all(inner, &add, 8);
	in_time(*woken == before + 3);
}

static void spoil_waiter(void)
{
	close(inner);
}

STATE(epoll_waiter, "a process that waits at an epoll", set_up_waiter, verify_waiter, spoil_waiter);

/* --- eventfd */
static void set_up_eventfd(void)
{
	need((fd = eventfd(0, EFD_NONBLOCK)) >= 0);
	put_all(fd, &(uint64_t){ 1UL << 40 }, 8);
	need((inner = eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK)) >= 0);
}

static void verify_eventfd(void)
{
	uint64_t value;

	equal(read(fd, &value, 8), 8);
	equal(value, 1UL << 40);
	need(read(fd, &value, 8) < 0);
	equal(errno, EAGAIN);
	put_all(fd, &(uint64_t){ 1UL << 40 }, 8);
	for (int i = 0; i < 3; i++) {
		equal(read(inner, &value, 8), 8);
		equal(value, 1);
	}
	need(read(inner, &value, 8) < 0);
	put_all(inner, &(uint64_t){ 3 }, 8);
}

static void spoil_eventfd(void)
{
	put_all(fd, &(uint64_t){ 1 }, 8);
}

STATE(eventfd, "eventfds, one that counts down", set_up_eventfd, verify_eventfd, spoil_eventfd);

/* --- signalfd, with a signal that waits */
static void set_up_signalfd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN + 3);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	need((fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) >= 0);
	need(!sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 17 }));
}

static void verify_signalfd(void)
{
	struct signalfd_siginfo info;

	equal(read(fd, &info, sizeof(info)), sizeof(info));
	equal(info.ssi_signo, SIGRTMIN + 3);
	equal(info.ssi_int, 17);
	equal(info.ssi_pid, getpid());
	need(read(fd, &info, sizeof(info)) < 0);
	raise(SIGUSR1);
	equal(read(fd, &info, sizeof(info)), sizeof(info));
	equal(info.ssi_signo, SIGUSR1);
	need(!sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 17 }));
}

static void spoil_signalfd(void)
{
	struct signalfd_siginfo info;

	equal(read(fd, &info, sizeof(info)), sizeof(info));
}

STATE(signalfd, "a signalfd with a signal that waits", set_up_signalfd, verify_signalfd,
      spoil_signalfd);

/* --- timerfd: one shot far away, repeating, absolute, ended and not read */
static int timer(int clock, int flags, time_t first, long nsec, time_t every, long every_nsec)
{
	struct itimerspec t = { { every, every_nsec }, { first, nsec } };
	int at = timerfd_create(clock, TFD_NONBLOCK);

	need(at >= 0 && !timerfd_settime(at, flags, &t, NULL));
	return at;
}

static time_t set_at;

static time_t now_of(int clock)
{
	struct timespec t;

	need(!clock_gettime(clock, &t));
	return t.tv_sec;
}

static void set_up_far(void)
{
	fd = timer(CLOCK_MONOTONIC, 0, 5000, 0, 0, 0);
	set_at = now_of(CLOCK_REALTIME);
}

static void verify_far(void)
{
	struct itimerspec t;
	const long gone = now_of(CLOCK_REALTIME) - set_at;

	need(!timerfd_gettime(fd, &t));
	equal(t.it_interval.tv_sec, 0);
	/* What is left is what was left, less what went by; a suspension may or may not count. */
	need(t.it_value.tv_sec <= 5000 && t.it_value.tv_sec >= 5000 - gone - 2);
}

static void spoil_far(void)
{
	fd = timer(CLOCK_MONOTONIC, 0, 9000, 0, 0, 0);
}

STATE(timerfd_once, "a timerfd that ends in an hour", set_up_far, verify_far, spoil_far);

static void set_up_repeat(void)
{
	fd = timer(CLOCK_MONOTONIC, 0, 0, 1000000, 0, 50000000);
	inner = timer(CLOCK_MONOTONIC, 0, 500000, 0, 7, 0);
}

static void verify_repeat(void)
{
	struct itimerspec t;
	uint64_t ticks;

	need(!timerfd_gettime(fd, &t));
	equal(t.it_interval.tv_nsec, 50000000);
	/* 0 when its time has come and the interrupt has not. */
	need(t.it_value.tv_nsec <= 50000000);
	while (read(fd, &ticks, 8) == 8)
		;
	in_time(read(fd, &ticks, 8) == 8 && ticks >= 1);
	need(!timerfd_gettime(inner, &t));
	equal(t.it_interval.tv_sec, 7);
	need(t.it_value.tv_sec > 400000);
}

static void spoil_repeat(void)
{
	fd = timer(CLOCK_MONOTONIC, 0, 0, 1000000, 0, 0);
}

STATE(timerfd_repeating, "timerfds that repeat", set_up_repeat, verify_repeat, spoil_repeat);

static void set_up_absolute(void)
{
	set_at = now_of(CLOCK_REALTIME) + 5000;
	fd = timer(CLOCK_REALTIME, TFD_TIMER_ABSTIME, set_at, 0, 0, 0);
}

static void verify_absolute(void)
{
	struct itimerspec t;
	long end;

	need(!timerfd_gettime(fd, &t));
	end = now_of(CLOCK_REALTIME) + t.it_value.tv_sec;
	need(end >= set_at - 2 && end <= set_at + 2);
}

static void spoil_absolute(void)
{
	fd = timer(CLOCK_REALTIME, TFD_TIMER_ABSTIME, set_at + 100, 0, 0, 0);
}

STATE(timerfd_absolute, "a timerfd at a time of day", set_up_absolute, verify_absolute,
      spoil_absolute);

static void set_up_ended(void)
{
	uint64_t ticks;

	fd = timer(CLOCK_MONOTONIC, 0, 0, 1000000, 0, 0);
	usleep(20000);
	/* One is read already, the other is not. */
	inner = timer(CLOCK_MONOTONIC, 0, 0, 1000000, 0, 0);
	in_time(read(inner, &ticks, 8) == 8);
}

static void verify_ended(void)
{
	struct itimerspec t;
	uint64_t ticks = 0;

	equal(read(fd, &ticks, 8), 8);
	equal(ticks, 1);
	need(read(inner, &ticks, 8) < 0);
	need(!timerfd_gettime(inner, &t));
	equal(t.it_value.tv_sec, 0);
	equal(t.it_value.tv_nsec, 0);
	close(fd);
	close(inner);
	set_up_ended();
}

static void spoil_ended(void)
{
	uint64_t ticks = 0;

	equal(read(fd, &ticks, 8), 8);
}

STATE(timerfd_ended, "timerfds that ended, read and unread", set_up_ended, verify_ended,
      spoil_ended);

/* --- pressure that is waited for */
#define TRIGGER "some 1900000 2000000"

static int open_pressure(void)
{
	return open("/proc/pressure/memory", O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static void set_up_pressure(void)
{
	fd = open_pressure();
	if (fd < 0)
		corpus_skip("no /proc/pressure");
	need(write(fd, TRIGGER, sizeof(TRIGGER)) == sizeof(TRIGGER));
}

static void verify_pressure(void)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	char text[32] = TRIGGER;

	need(poll(&p, 1, 0) >= 0);
	equal(p.revents & POLLERR, 0);
	need(write(fd, TRIGGER, sizeof(TRIGGER)) < 0);
	equal(errno, EBUSY);
	/* VE_TRIGGER_GET of vz/abi.h: what it is, where the kernel tells */
	need(!ioctl(fd, _IOR('v', 12, char[32]), text) || errno == ENOTTY);
	texts(text, TRIGGER);
}

static void spoil_pressure(void)
{
	close(fd);
	need((fd = open_pressure()) >= 0);
}

STATE(pressure_trigger, "pressure that is waited for", set_up_pressure, verify_pressure,
      spoil_pressure);
