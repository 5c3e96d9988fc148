// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose journal it is: a process that lives, has ended, or was one of before a restart. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/journal.h"
#include "tests/unit/tap.h"

static void a_process_that_lives(void)
{
	struct journal j = { .pid = fork() };
	bool alive;

	if (!j.pid) {
		pause();
		_exit(0);
	}
	alive = journal_alive(&j);
	kill(j.pid, SIGKILL);
	waitpid(j.pid, NULL, 0);
	CHECK(alive);
	CHECK(!journal_alive(&j));
}

/* Its parent may not look for hours. */
static void one_that_has_ended(void)
{
	struct journal j = { .pid = fork() };
	siginfo_t si;
	bool alive;

	if (!j.pid)
		_exit(0);
	waitid(P_PID, j.pid, &si, WEXITED | WNOWAIT);
	alive = journal_alive(&j);
	waitpid(j.pid, NULL, 0);
	CHECK(!alive);
}

static void one_of_before_a_restart(void)
{
	struct journal j = { .pid = getppid(), .boot = "of another boot" };

	CHECK(!journal_alive(&j));
	j.boot[0] = '\0';
	CHECK(journal_alive(&j));
}

int main(void)
{
	TEST(a_process_that_lives);
	TEST(one_that_has_ended);
	TEST(one_of_before_a_restart);
	return tap_failed;
}
