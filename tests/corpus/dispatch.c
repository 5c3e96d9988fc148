// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that a thread has to itself (PR_SET_SYSCALL_USER_DISPATCH), as Wine has: instead of the
 * kernel a handler of the program gets them, but those of one part of its code, while a byte says
 * so.
 */
#include <sys/prctl.h>
#include "corpus.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#define ON	1
#define LET	0
#define BLOCK	1

static struct aside *aside;
static volatile char which = LET;
static volatile int caught;
static volatile unsigned long *rounds;
static pid_t child;

static void on_call(int sig)
{
	which = LET;
	caught++;
}

static int dispatch(long mode)
{
	signal(SIGSYS, on_call);
	return prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, 0, 0, mode ? &which : NULL);
}

/* --- one that lets its calls through at the moment */
static void begin(void *arg)
{
	if (dispatch(ON))
		corpus_skip("no PR_SET_SYSCALL_USER_DISPATCH here");
}

static void end(void *arg)
{
	need(!dispatch(0));
}

static void look(void *arg)
{
	caught = 0;
	which = BLOCK;
	syscall(SYS_getppid);
	which = LET;
	equal(caught, 1);
}

static void set_up_dispatch(void)
{
	aside = aside_start(0);
	aside_call(aside, begin, NULL);
}

static void verify_dispatch(void)
{
	aside_call(aside, look, NULL);
}

static void spoil_dispatch(void)
{
	aside_call(aside, end, NULL);
}

STATE(calls_caught, "a process that catches its own calls", set_up_dispatch, verify_dispatch,
      spoil_dispatch);

/* --- one that does not: nothing but its sleep comes to the kernel */
#ifdef __x86_64__
/* nanosleep(at, NULL), by code whose begin and end are known */
long dispatch_sleep(const struct timespec *at);
extern const char dispatch_sleep_end[];
__asm__(".globl dispatch_sleep, dispatch_sleep_end\n"
	"dispatch_sleep: mov $35, %eax\n"
	"xor %esi, %esi\n"
	"syscall\n"
	"ret\n"
	"dispatch_sleep_end:");

static int catch_all_else(void)
{
	const unsigned long from = (unsigned long)dispatch_sleep;

	return prctl(PR_SET_SYSCALL_USER_DISPATCH, ON, from,
		     (unsigned long)dispatch_sleep_end - from, &which);
}
#else
static int catch_all_else(void)
{
	return -1;
}

static void dispatch_sleep(const struct timespec *at)
{
}
#endif

static void set_up_blocked(void)
{
	rounds = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(rounds != MAP_FAILED);
	need((child = fork()) >= 0);
	if (!child) {
		const struct timespec moment = { 0, 10000000 };

		if (catch_all_else())
			_exit(1);
		which = BLOCK;
		for (;; ++*rounds)
			dispatch_sleep(&moment);
	}
	in_time(*rounds || waitpid(child, NULL, WNOHANG) == child);
	if (!*rounds)
		corpus_skip("no PR_SET_SYSCALL_USER_DISPATCH here");
}

static void verify_blocked(void)
{
	const unsigned long before = *rounds;

	equal(waitpid(child, NULL, WNOHANG), 0);
	in_time(*rounds != before);
}

static void spoil_blocked(void)
{
	need(!kill(child, SIGKILL));
	need(waitpid(child, NULL, 0) == child);
}

STATE(calls_blocked, "a process of whose calls only one comes to the kernel", set_up_blocked,
      verify_blocked, spoil_blocked);
