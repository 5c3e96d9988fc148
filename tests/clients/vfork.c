// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs in a VE: calls vfork() again and again, with a child that takes its time.
 *
 * usage: vfork CHILD-MS PAUSE-MS	how long the child lives and how long to wait
 *					before the next one; CHILD-MS 0: for ever
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

int main(int argc, char **argv)
{
	const long child = argc == 3 ? atol(argv[1]) : -1, gap = argc == 3 ? atol(argv[2]) : -1;

	if (child < 0 || gap < 0)
		return 2;
	setsid();
	/* Nobody waits for them: they must not stay as zombies, which are counted. */
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		pid_t pid = vfork();

		if (!pid) {
			do
				wait_ms(child ? child : 1000);
			while (!child);
			_exit(0);
		}
		wait_ms(gap);
	}
}
