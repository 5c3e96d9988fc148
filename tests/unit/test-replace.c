// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that are replaced whole: what it costs in system calls however full the folder is, as some
 * are written while a VE stands still; and what those leave who are killed meanwhile.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/file.h"
#include "libvz/tree.h"
#include "tests/unit/tap.h"

#define MANY	3000

static char base[] = "/tmp/test-replace.XXXXXX";
static int at;

/* In a child, once by itself and once while it is counted. */
static void child(int dir)
{
	if (vz_replace_at(dir, "file", "one\n", 4, 0644))
		_exit(1);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	_exit(vz_replace_at(dir, "file", "two\n", 4, 0644) != 0);
}

/* Stops at system calls, -1 when it fails. kill_at: it is killed at that stop. */
static int run(int dir, int kill_at)
{
	int status, stops = 0;
	pid_t pid = fork();

	if (!pid)
		child(dir);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	do {
		if (stops == kill_at)
			kill(pid, SIGKILL);
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) && errno != ESRCH)
			return -1;
		if (waitpid(pid, &status, 0) != pid)
			return -1;
		stops += WIFSTOPPED(status);
	} while (WIFSTOPPED(status));
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL ? 0 : -1;
	return WEXITSTATUS(status) ? -1 : stops;
}

static int entries(int dir)
{
	DIR *d = fdopendir(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static int folder(const char *name)
{
	return mkdirat(at, name, 0700) ? -1 : openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void a_full_folder_costs_nothing(void)
{
	int dir = folder("full"), empty, full;
	char name[32];

	empty = run(dir, -1);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "core-%d.img", i);
		close(openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
	full = run(dir, -1);
	CHECK(empty > 0);
	CHECK(full == empty);
	CHECK(entries(dir) == MANY + 1);
	close(dir);
}

/* At each of its steps; the next one leaves nothing of it. */
static void who_is_killed_leaves_nothing_for_long(void)
{
	int dir = folder("killed"), killed = 0, left = 0;
	char *text;

	for (int step = 1;; step++) {
		int stops = run(dir, step);

		CHECK(stops >= 0);
		if (stops)
			break;
		killed++;
		left += entries(dir) > 1;
		CHECK(!vz_read_at(dir, "file", &text, NULL));
		CHECK(!strcmp(text, "one") || !strcmp(text, "two"));
		free(text);
		CHECK(!vz_replace_at(dir, "file", "next\n", 5, 0644));
		CHECK(entries(dir) == 1);
	}
	CHECK(killed > 8 && left > 2);
	close(dir);
}

/* A lock says that its owner lives; whatever else has the name is not ours to wait for. */
static void who_lives_is_left_alone(void)
{
	int dir = folder("lives"), fd;
	char *text;

	fd = openat(dir, ".file.vz0", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && !flock(fd, LOCK_EX) && write(fd, "half", 4) == 4);
	CHECK(!mkdirat(dir, ".file.vz1", 0700) && !mkfifoat(dir, ".file.vz2", 0600));
	CHECK(!symlinkat("/etc/passwd", dir, ".file.vz3"));
	CHECK(!vz_replace_at(dir, "file", "mine\n", 5, 0644));
	CHECK(!vz_read_at(dir, "file", &text, NULL));
	CHECK_STR(text, "mine");
	free(text);
	CHECK(!vz_read_at(dir, ".file.vz0", &text, NULL));
	CHECK_STR(text, "half");
	free(text);
	close(fd);
	close(dir);
}

/* Each is whole, and none fails. */
static void many_writers(void)
{
	int dir = folder("writers"), status;
	char *text;

	for (int i = 0; i < 8; i++) {
		char word[64];

		if (fork())
			continue;
		memset(word, 'a' + i, sizeof(word));
		for (int round = 0; round < 50; round++)
			if (vz_replace_at(dir, "file", word, sizeof(word), 0644))
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < 8; i++)
		CHECK(wait(&status) > 0 && !status);
	CHECK(!vz_read_at(dir, "file", &text, NULL));
	CHECK(strlen(text) == 64 && strspn(text, (char[]){ text[0], 0 }) == 64);
	free(text);
	CHECK(entries(dir) == 1);
	close(dir);
}

int main(void)
{
	if (!mkdtemp(base))
		return 1;
	at = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	TEST(a_full_folder_costs_nothing);
	TEST(who_is_killed_leaves_nothing_for_long);
	TEST(who_lives_is_left_alone);
	TEST(many_writers);
	return vz_path_remove(base, NULL) || tap_failed;
}
