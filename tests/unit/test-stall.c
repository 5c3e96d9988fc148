// SPDX-License-Identifier: GPL-2.0-or-later
/* A run of CRIU that stands still tells at what. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "checkpoint/stall.h"
#include "libvz/cleanup.h"
#include "tests/unit/tap.h"

/* The kernel may say 0 for a process that is not there yet: it is asked again. */
static bool says(pid_t pid, int dir, const char *want)
{
	for (int i = 0; i < 1000; i++) {
		cleanup_free char *text = ckpt_stall(pid, dir, "dump.log");

		CHECK(text);
		if (strstr(text, want))
			return true;
		usleep(10000);
	}
	return false;
}

static void a_stall_names_the_last_line_and_who_waits(void)
{
	char path[] = "/tmp/stall.XXXXXX";
	cleanup_close int dir = -1, log = -1;
	int out[2];
	pid_t pid;

	CHECK(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY);
	log = openat(dir, "dump.log", O_CREAT | O_WRONLY, 0600);
	CHECK(log >= 0 && write(log, "first\nsecond\n", 13) == 13);
	CHECK(!pipe(out));
	pid = fork();
	if (!pid) {
		if (!fork()) {
			dup2(out[0], 0);
			close(out[1]);
			execlp("cat", "cat", NULL);
			_exit(1);
		}
		close(out[1]);
		wait(NULL);
		_exit(0);
	}
	CHECK(says(pid, dir, "after \"second\""));
	/* Our name, until it is another program. */
	CHECK(says(pid, dir, "cat in "));
	unlinkat(dir, "dump.log", 0);
	CHECK(says(pid, dir, "after \"\""));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(out[1]);		/* ends the other */
	rmdir(path);
}

/* How often it was looked at, and at which look it stands still. */
struct work {
	int looks, until;
};

static uint64_t done(void *arg)
{
	struct work *w = arg;

	w->looks++;
	return w->looks < w->until ? w->looks : w->until;
}

static void what_moves_is_waited_for(void)
{
	struct work still = { .until = 0 }, slow = { .until = 20 };
	int out[2];

	CHECK(!pipe(out));
	/* The first, and five that are the same. */
	CHECK(!ckpt_wait_moving(out[0], 1, 5, done, &still));
	CHECK(still.looks == 6);
	CHECK(!ckpt_wait_moving(out[0], 1, 5, done, &slow));
	CHECK(slow.looks == 25);
	CHECK(write(out[1], "x", 1) == 1);
	CHECK(ckpt_wait_moving(out[0], 1, 5, done, &still));
	CHECK(still.looks == 7);
	close(out[0]);
	close(out[1]);
}

int main(void)
{
	TEST(a_stall_names_the_last_line_and_who_waits);
	TEST(what_moves_is_waited_for);
	return tap_failed;
}
