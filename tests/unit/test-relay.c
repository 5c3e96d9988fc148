// SPDX-License-Identifier: GPL-2.0-or-later
/* The relay of exec: all bytes arrive, nothing waits for ever, the status is the program's. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/tap.h"
#include "vzctl/relay.h"

#define MUCH	3000000

/*
 * Runs a shell line under the relay, with n bytes on our standard input; what
 * it writes is counted, up to most, then nobody reads any more. A relay that
 * hangs is ended by the alarm.
 */
static int run_read(const char *line, size_t n, size_t most, size_t *got)
{
	int in[2], out[2], counted[2], status;
	pid_t feeder, counter, middle;

	if (pipe(in) || pipe(out) || pipe(counted))
		abort();
	fflush(NULL);
	feeder = fork();
	if (!feeder) {
		static char buf[8192];
		size_t left = n;

		signal(SIGPIPE, SIG_DFL);
		close(in[0]);
		while (left) {
			ssize_t w = write(in[1], buf, left < sizeof(buf) ? left : sizeof(buf));

			if (w <= 0)
				_exit(1);
			left -= w;
		}
		_exit(0);
	}
	counter = fork();
	if (!counter) {
		char buf[8192];
		size_t sum = 0;
		ssize_t r;

		close(out[1]);
		close(in[0]);
		close(in[1]);
		while (sum < most && (r = read(out[0], buf, sizeof(buf))) > 0)
			sum += r;
		close(out[0]);
		_exit(write(counted[1], &sum, sizeof(sum)) != sizeof(sum));
	}
	middle = fork();
	if (!middle) {
		int p[3][2];
		pid_t child;

		alarm(30);
		signal(SIGPIPE, SIG_IGN);
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		if (pipe2(p[0], O_CLOEXEC) || pipe2(p[1], O_CLOEXEC) || pipe2(p[2], O_CLOEXEC))
			_exit(99);
		child = fork();
		if (!child) {
			signal(SIGPIPE, SIG_DFL);
			dup2(p[0][0], 0);
			dup2(p[1][1], 1);
			dup2(p[2][1], 2);
			execl("/bin/sh", "sh", "-c", line, NULL);
			_exit(98);
		}
		close(p[0][0]);
		close(p[1][1]);
		close(p[2][1]);
		status = relay_pipes(child, p[0][1], p[1][0], p[2][0]);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
	close(in[0]);
	close(in[1]);
	close(out[0]);
	close(out[1]);
	close(counted[1]);
	waitpid(middle, &status, 0);
	if (read(counted[0], got, sizeof(*got)) != sizeof(*got))
		*got = 0;
	close(counted[0]);
	waitpid(counter, NULL, 0);
	waitpid(feeder, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int run(const char *line, size_t n, size_t *got)
{
	return run_read(line, n, SIZE_MAX, got);
}

/* vzctl exec ID yes | head -n 1: yes ends as in any other pipe. */
static void reader_that_is_gone(void)
{
	size_t got;

	CHECK(run_read("exec yes", 0, 1, &got) == 128 + SIGPIPE);
	CHECK(got > 0);
	/* The other way out is still there. */
	CHECK(run_read("(exec yes); echo $? >&2; exit 5", 0, 1, &got) == 5);
}

static void daemons_that_write_on(void)
{
	size_t got;

	CHECK(run("timeout 20 yes & echo; exit 6", 0, &got) == 6);
	CHECK(got < 4 << 20);
}

static void much_goes_through(void)
{
	size_t got;

	CHECK(run("cat", MUCH, &got) == 0);
	CHECK(got == MUCH);
}

/* It reads nothing until all its output is gone: more than both pipes hold. */
static void output_before_input(void)
{
	size_t got;

	CHECK(run("head -c 3000000 /dev/zero; cat", MUCH, &got) == 0);
	CHECK(got == 2 * MUCH);
}

/* Every block in makes two blocks out: the case that stops a relay which waits for one side. */
static void more_output_than_input(void)
{
	size_t got;

	CHECK(run("tee /dev/stdout", MUCH, &got) == 0);
	CHECK(got == 2 * MUCH);
}

static void input_that_nobody_reads(void)
{
	size_t got;

	CHECK(run("exit 3", MUCH, &got) == 3);
	CHECK(got == 0);
}

static void daemons_do_not_hold_it_up(void)
{
	size_t got;

	CHECK(run("sleep 60 & echo done", 0, &got) == 0);
	CHECK(got == 5);
}

static void last_output_is_not_lost(void)
{
	size_t got;

	CHECK(run("head -c 60000 /dev/zero; exit 4", 0, &got) == 4);
	CHECK(got == 60000);
}

int main(void)
{
	TEST(much_goes_through);
	TEST(output_before_input);
	TEST(more_output_than_input);
	TEST(input_that_nobody_reads);
	TEST(daemons_do_not_hold_it_up);
	TEST(last_output_is_not_lost);
	TEST(reader_that_is_gone);
	TEST(daemons_that_write_on);
	return tap_failed;
}
