// SPDX-License-Identifier: GPL-2.0-only
/*
 * numsiginfo: EAGAIN for sigqueue(3) and timer_create(2) at the barrier,
 * ordinary signals are delivered all the same; the receiver's VE pays; the host
 * and the kernel are not refused.
 */
#include "row.h"
#include <sys/socket.h>
#include <time.h>

static int sock[2];	/* to the host */

static int make(void)
{
	return sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 1 });
}

static void drop(int handle)
{
	struct timespec now = { 0 };
	sigset_t set;

	(void)handle;
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	need(sigtimedwait(&set, NULL, &now) == SIGRTMIN);
}

static timer_t timers[ROW_MANY + 1];
static bool used[ROW_MANY + 1];

static int make_timer(void)
{
	int i = 0;

	while (used[i])
		i++;
	if (timer_create(CLOCK_MONOTONIC, NULL, &timers[i]))
		return -1;
	used[i] = true;
	return i;
}

static void drop_timer(int i)
{
	need(!timer_delete(timers[i]));
	used[i] = false;
}

static const struct row queued = { "numsiginfo", EAGAIN, 1, make, drop };
static const struct row timer = { "numsiginfo", EAGAIN, 1, make_timer, drop_timer };

static volatile sig_atomic_t fault_code, usr_seen;
static void *volatile fault_at;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fault_code = sig == SIGSEGV ? info->si_code : 0;
	fault_at = info->si_addr;
	_exit(fault_code == SEGV_ACCERR && fault_at ? 0 : 1);
}

static void on_usr(int sig)
{
	(void)sig;
	usr_seen++;
}

/* With nothing left. */
static void test_full(const struct ve *ve)
{
	struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction usr = { .sa_handler = on_usr };
	unsigned long base = row_held(ve, "numsiginfo");
	int status;
	pid_t pid;

	need(!sigaction(SIGUSR1, &usr, NULL));
	need(!ve_set_ub(ve, "numsiginfo", base, base));
	ok(!raise(SIGUSR1) && usr_seen == 1, "an ordinary signal is delivered");
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		sigaction(SIGSEGV, &fault, NULL);
		*(volatile char *)page = 1;
		_exit(2);
	}
	need(waitpid(pid, &status, 0) == pid);
	ok(!status, "a fault has its address");
	ok_eq(row_held(ve, "numsiginfo"), base, "held");
	need(!ve_set_ub(ve, "numsiginfo", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	sigset_t set;
	char c;
	int i;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	need(!sigprocmask(SIG_BLOCK, &set, NULL));
	ok_eq(row_held(ve, "numsiginfo"), 0, "held in the beginning");
	row_test_bounds(ve, &queued);
	row_test_bounds(ve, &timer);
	test_full(ve);
	row_test_exit(ve, &queued);
	row_test_exit(ve, &timer);
	row_test_random(ve, &queued, 10000);
	row_test_random(ve, &timer, 10000);

	/* The host sends three. */
	need(!ve_set_ub(ve, "numsiginfo", 0, 0));
	need(write(sock[1], "", 1) == 1 && read(sock[1], &c, 1) == 1);
	ok_eq(row_held(ve, "numsiginfo"), 3, "signals from the host count");
	ok(make() < 0 && errno == EAGAIN, "the VE's own do not fit");
	for (i = 0; i < 3; i++)
		drop(0);
	ok_eq(row_held(ve, "numsiginfo"), 0, "held when they were received");
	need(!ve_set_ub(ve, "numsiginfo", VE_MAX, VE_MAX));
	/* Left pending at the end. */
	for (i = 0; i < 4; i++)
		need(!make());
	return 0;
}

int main(void)
{
	struct ve ve;
	pid_t init;
	int i, sent = 0;
	char c;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	ve_setup(&ve, 133);
	ve_start(&ve, body, "RUNNING");
	need(read(sock[0], &c, 1) == 1);
	init = ve_init_pid(&ve);
	for (i = 0; i < 3; i++)
		sent += !sigqueue(init, SIGRTMIN, (union sigval){ 0 });
	ok_eq(sent, 3, "the host is not refused");
	need(write(sock[0], "", 1) == 1);
	ok_eq(ve_wait(&ve), 0, "init");
	ok_eq(ve_wait_held(&ve, "numsiginfo", 0), 0, "held of a stopped VE");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
