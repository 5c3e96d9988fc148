// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals: handlers, masks, those that wait, stacks, stopped tasks. */
#include <sys/time.h>
#include "corpus.h"

static volatile int calls, last_value, last_code;
static volatile pid_t last_pid;

static void handle(int signal, siginfo_t *info, void *context)
{
	calls++;
	last_value = info->si_value.sival_int;
	last_code = info->si_code;
	last_pid = info->si_pid;
}

/* --- what is done with each signal */
#define ONCE	((unsigned int)(SA_SIGINFO | SA_NODEFER | SA_RESETHAND))
#define ALWAYS	((unsigned int)(SA_SIGINFO | SA_RESTART | SA_ONSTACK))
#define RESTORER	0x04000000U	/* the C library adds it */

static void set_up_actions(void)
{
	struct sigaction sa = { .sa_sigaction = handle, .sa_flags = ONCE };

	sigaddset(&sa.sa_mask, SIGWINCH);
	need(!sigaction(SIGUSR1, &sa, NULL));
	sa.sa_flags = ALWAYS;
	need(!sigaction(SIGRTMAX, &sa, NULL));
	need(signal(SIGHUP, SIG_IGN) != SIG_ERR);
}

static void verify_actions(void)
{
	struct sigaction sa;

	need(!sigaction(SIGUSR1, NULL, &sa));
	need(sa.sa_sigaction == handle);
	equal(sa.sa_flags & ~RESTORER, ONCE);
	equal(sigismember(&sa.sa_mask, SIGWINCH), 1);
	equal(sigismember(&sa.sa_mask, SIGUSR2), 0);
	need(!sigaction(SIGRTMAX, NULL, &sa));
	equal(sa.sa_flags & ~RESTORER, ALWAYS);
	need(!sigaction(SIGHUP, NULL, &sa));
	need(sa.sa_handler == SIG_IGN);
	need(!sigaction(SIGUSR2, NULL, &sa));
	need(sa.sa_handler == SIG_DFL);
	calls = 0;
	raise(SIGUSR1);
	equal(calls, 1);
	/* It is set back by being used. */
	set_up_actions();
}

static void spoil_actions(void)
{
	signal(SIGHUP, SIG_DFL);
}

STATE(signal_actions, "handlers, their flags and masks", set_up_actions, verify_actions,
      spoil_actions);

/* --- signals that wait, of the process, with what they carry, in their order */
static sigset_t blocked;

static void send_pending(void)
{
	need(!sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 1 }));
	need(!sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 2 }));
	need(!kill(getpid(), SIGUSR2));
}

static void set_up_pending(void)
{
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN + 2);
	sigaddset(&blocked, SIGUSR2);
	sigaddset(&blocked, SIGTERM);
	need(!sigprocmask(SIG_BLOCK, &blocked, NULL));
	send_pending();
}

static void verify_pending(void)
{
	struct timespec none = { };
	siginfo_t info;
	sigset_t now;

	need(!sigprocmask(SIG_BLOCK, NULL, &now));
	equal(sigismember(&now, SIGTERM), 1);
	equal(sigismember(&now, SIGINT), 0);
	equal(sigtimedwait(&blocked, &info, &none), SIGUSR2);
	equal(info.si_code, SI_USER);
	equal(info.si_pid, getpid());
	for (int i = 1; i <= 2; i++) {
		equal(sigtimedwait(&blocked, &info, &none), SIGRTMIN + 2);
		equal(info.si_code, SI_QUEUE);
		equal(info.si_value.sival_int, i);
	}
	need(sigtimedwait(&blocked, &info, &none) < 0);
	send_pending();
}

static void spoil_pending(void)
{
	siginfo_t info;

	need(sigwaitinfo(&blocked, &info) > 0);
}

STATE(signal_pending, "blocked signals that wait, with values", set_up_pending, verify_pending,
      spoil_pending);

/* --- a stack of its own for handlers */
static char stack[65536];
static volatile bool on_stack;

static void look_at_stack(int signal)
{
	char here;

	on_stack = &here >= stack && &here < stack + sizeof(stack);
}

static void set_up_stack(void)
{
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = { .sa_handler = look_at_stack, .sa_flags = SA_ONSTACK };

	need(!sigaltstack(&ss, NULL) && !sigaction(SIGUSR1, &sa, NULL));
}

static void verify_stack(void)
{
	on_stack = false;
	raise(SIGUSR1);
	need(on_stack);
}

static void spoil_stack(void)
{
	stack_t ss = { .ss_flags = SS_DISABLE };

	need(!sigaltstack(&ss, NULL));
}

STATE(signal_stack, "a stack for signal handlers", set_up_stack, verify_stack, spoil_stack);

/* --- stopped, and continued later */
static pid_t child;
static volatile int *beats;

static void set_up_stopped(void)
{
	int status;

	beats = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(beats != MAP_FAILED);
	need((child = fork()) >= 0);
	while (!child) {
		++*beats;
		usleep(100000);
	}
	need(!kill(child, SIGSTOP));
	need(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
}

static void verify_stopped(void)
{
	char path[64];
	int status, before = *beats;

	snprintf(path, sizeof(path), "/proc/%d/status", child);
	same(line_of(path, "State:"), "T", 1);
	usleep(300000);
	equal(*beats, before);
	need(!kill(child, SIGCONT));
	in_time(*beats > before);
	need(!kill(child, SIGSTOP));
	need(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
}

static void spoil_stopped(void)
{
	need(!kill(child, SIGCONT));
	in_time(waitpid(child, NULL, WCONTINUED | WNOHANG) == child);
}

STATE(signal_stopped, "a stopped child", set_up_stopped, verify_stopped, spoil_stopped);

/* --- in sigsuspend with a mask of its own; the old one is back afterwards */
static void handle_quietly(int signal)
{
	++*beats;
}

static void set_up_suspended(void)
{
	beats = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(beats != MAP_FAILED);
	need((child = fork()) >= 0);
	if (!child) {
		sigset_t set, none, now;

		sigemptyset(&none);
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		signal(SIGUSR1, handle_quietly);
		*beats = 1;
		for (;;) {
			sigsuspend(&none);
			sigprocmask(SIG_BLOCK, NULL, &now);
			if (!sigismember(&now, SIGUSR1))
				_exit(1);
		}
	}
	in_time(*beats == 1);
}

static void verify_suspended(void)
{
	const int before = *beats;

	need(!kill(child, SIGUSR1));
	in_time(*beats == before + 1);
	equal(waitpid(child, NULL, WNOHANG), 0);
}

static void spoil_suspended(void)
{
	need(!kill(child, SIGKILL));
	need(waitpid(child, NULL, 0) == child);
}

STATE(signal_suspended, "a process in sigsuspend(2)", set_up_suspended, verify_suspended,
      spoil_suspended);

/* --- a signal's handler is running */
static int go[2];

static void read_in_handler(int signal)
{
	char c;

	*beats = 2;
	while (read(go[0], &c, 1) != 1)
		;
	*beats = 3;
}

static void start_handler(void)
{
	*beats = 0;
	need((child = fork()) >= 0);
	if (!child) {
		signal(SIGUSR1, read_in_handler);
		raise(SIGUSR1);
		if (*beats == 3)
			*beats = 4;
		for (;;)
			pause();
	}
	in_time(*beats == 2);
}

static void set_up_inside(void)
{
	beats = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(beats != MAP_FAILED && !pipe(go));
	start_handler();
}

static void verify_inside(void)
{
	equal(*beats, 2);
	put_all(go[1], "g", 1);
	in_time(*beats == 4);
	need(!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
	start_handler();
}

static void spoil_inside(void)
{
	put_all(go[1], "g", 1);
	in_time(*beats == 4);
}

STATE(signal_inside, "a process inside a signal handler", set_up_inside, verify_inside,
      spoil_inside);
