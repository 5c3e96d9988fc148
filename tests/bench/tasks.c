// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows: processes and signals. */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

static volatile sig_atomic_t caught;

static void run_child(const char *program)
{
	char *argv[] = { (char *)program, NULL };
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		if (program)
			execv(program, argv);
		_exit(program != NULL);
	}
	need(waitpid(pid, &status, 0) == pid && !status);
}

static void run_fork(unsigned int n)
{
	while (n--)
		run_child(NULL);
}

static void run_exec(unsigned int n)
{
	while (n--)
		run_child("/bench/nothing");
}

static void catch(int sig)
{
	caught += sig == SIGUSR1;
}

static void catch_signals(void)
{
	need(signal(SIGUSR1, catch) != SIG_ERR);
}

static void run_signal(unsigned int n)
{
	pid_t pid = getpid();
	int before = caught, sent = n;

	while (n--)
		need(!kill(pid, SIGUSR1));
	need(caught == before + sent);
}

const struct row task_rows[] = {
	{ "fork+exit", 400, .run = run_fork },
	{ "fork+exec", 200, .run = run_exec },
	{ "signal", 10000, .setup = catch_signals, .run = run_signal },
	{ }
};
