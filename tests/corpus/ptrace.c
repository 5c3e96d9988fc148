// SPDX-License-Identifier: GPL-2.0-or-later
/* A process that is traced, as by gdb or strace. */
#include <sys/ptrace.h>
#include "corpus.h"

static pid_t child;

static void set_up_traced(void)
{
	int status;

	need((child = fork()) >= 0);
	while (!child)
		pause();
	need(!ptrace(PTRACE_SEIZE, child, 0, 0) && !ptrace(PTRACE_INTERRUPT, child, 0, 0));
	need(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
}

static void verify_traced(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", child);
	equal(atoi(line_of(path, "TracerPid:")), getpid());
}

static void spoil_traced(void)
{
	need(!ptrace(PTRACE_DETACH, child, 0, 0));
}

STATE(traced, "a traced process", set_up_traced, verify_traced, spoil_traced);
