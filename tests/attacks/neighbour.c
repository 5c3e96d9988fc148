// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VE that minds its own business: it works, and two processes use all the
 * CPU they get if it is to be seen how much that is. Nothing may ever fail.
 */
#include <signal.h>
#include <sys/prctl.h>
#include "attack.h"

static pid_t burn(void)
{
	pid_t pid = fork();

	if (!pid) {
		volatile unsigned long n = 0;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			n++;
	}
	return pid;
}

int busy(int seconds)
{
	pid_t burners[2] = { burn(), burn() };

	sleep(seconds);
	kill(burners[0], SIGKILL);
	kill(burners[1], SIGKILL);
	return 0;
}

int works(int seconds)
{
	double first = now(), end = first + seconds, worst = 0, begin;
	unsigned long rounds = 0;
	bool good = true;

	/* at least twice, whoever calls for the end */
	while (good && now() < end && (rounds < 2 || access("/tmp/stop", F_OK))) {
		begin = now();
		good = work_once(rounds);
		rounds += good;
		if (now() - begin > worst)
			worst = now() - begin;
		usleep(10000);
	}
	printf("neighbour rounds %lu in %.0f ms worst %.0f ms\n", rounds, (now() - first) * 1000,
	       worst * 1000);
	return !good || !rounds;
}

int neighbour(int seconds)
{
	pid_t burners[2] = { burn(), burn() };
	int status = burners[0] < 0 || burners[1] < 0 ? 1 : works(seconds);

	if (burners[0] > 0)
		kill(burners[0], SIGKILL);
	if (burners[1] > 0)
		kill(burners[1], SIGKILL);
	return status;
}
