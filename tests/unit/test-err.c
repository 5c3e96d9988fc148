// SPDX-License-Identifier: GPL-2.0-or-later
/* The error object, errors between processes, the lock file. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/file.h"
#include "libvz/lock.h"
#include "libvz/plain.h"
#include "libvz/report.h"
#include "tests/unit/tap.h"
#include "vzmigrate/exit.h"

static void set_and_context(void)
{
	struct vz_err e = { 0 };

	CHECK(vz_error(&e, VZ_BADVALUE, -EINVAL, "bad %d", 7) == -EINVAL);
	CHECK_STR(e.msg, "bad 7");
	CHECK(vz_error_context(&e, "while %s", "here") == -EINVAL);
	CHECK_STR(e.msg, "while here: bad 7");
	CHECK(e.cause == VZ_BADVALUE && e.err == -EINVAL);
	CHECK(vz_error_sys(&e, VZ_SYSTEM, -ENOENT, "/x") == -ENOENT);
	CHECK_STR(e.msg, "/x: No such file or directory");
	vz_error_free(&e);
	CHECK(!e.msg && !e.cause && !e.err);
}

/* Whatever a user, a file or another host has put into it. */
static void what_is_said_is_plain(void)
{
	static const char text[] = "two\n  lines\tof gr\303\274n \342\202\254 \360\237\230\200";
	static char hostile[102400];
	struct vz_err e = { 0 };
	char first[VZ_PLAIN_MAX + 1];

	vz_error(&e, VZ_BADVALUE, -EINVAL, "bad %s (a number)", "\033[2J\r\x07");
	CHECK_STR(e.msg, "bad \\033[2J\\015\\007 (a number)");
	/* No line of its own, in a log or on a terminal. */
	vz_error(&e, VZ_BADVALUE, -EINVAL, "bad %s", "a\n2026-01-01 vzctl : all is well");
	CHECK_STR(e.msg, "bad a\n  2026-01-01 vzctl : all is well");
	vz_error(&e, VZ_BADVALUE, -EINVAL, "%s", text);
	CHECK_STR(e.msg, text);
	/* No UTF-8; too long a form of '/'; half of a pair; a mark that turns the direction. */
	vz_error(&e, VZ_BADVALUE, -EINVAL, "%s", "\377 \300\257 \355\240\200 \342\200\256 \303");
	CHECK_STR(e.msg, "\\377 \\300\\257 \\355\\240\\200 \\342\\200\\256 \\303");
	memset(hostile, 'a', sizeof(hostile) - 1);
	vz_error(&e, VZ_BADVALUE, -EINVAL, "Invalid value for --x: %s (a number)", hostile);
	CHECK(strlen(e.msg) <= VZ_PLAIN_MAX && !strncmp(e.msg, "Invalid value for --x: aaa", 26));
	CHECK_STR(e.msg + strlen(e.msg) - 13, "aa (a number)");
	/* What is plain stays, also on its way through a context. */
	snprintf(first, sizeof(first), "%s", e.msg);
	vz_error(&e, VZ_BADVALUE, -EINVAL, "%s", first);
	CHECK_STR(e.msg, first);
	vz_error(&e, VZ_BADVALUE, -EINVAL, "x");
	vz_error_context(&e, "%s", "\033");
	CHECK_STR(e.msg, "\\033: x");
	vz_error_free(&e);
	/* Characters of two bytes are never cut. */
	for (size_t i = 0; i + 2 < sizeof(hostile); i += 2)
		memcpy(hostile + i, "\303\274", 2);
	vz_error(&e, VZ_BADVALUE, -EINVAL, "%s", hostile);
	CHECK(e.msg && vz_plain_line(e.msg));
	vz_error_free(&e);
	CHECK(vz_plain_line("") && vz_plain_line("a b\tc") && !vz_plain_line("a\nb"));
	CHECK(!vz_plain(NULL));
}

/* Each cause has a name that finds it again and a number for scripts, in both tables. */
static void causes(void)
{
	enum vz_cause c;

	for (c = VZ_NO_CAUSE + 1; c < VZ_NR_CAUSES; c++)
		CHECK(vz_cause_find(vz_cause_name(c)) == c && vz_exit_code(c) && mig_exit_code(c));
	CHECK(!vz_cause_name(VZ_NO_CAUSE) && !vz_cause_name(VZ_NR_CAUSES));
	CHECK(vz_cause_find("") == VZ_NO_CAUSE && vz_cause_find("LOCK") == VZ_NO_CAUSE);
}

/* What scripts compare: numbers of the classic tools. */
static void exit_codes(void)
{
	CHECK(vz_exit_code(VZ_NO_CAUSE) == 3 && vz_exit_code(VZ_NR_CAUSES) == 3);
	CHECK(vz_exit_code(VZ_BADKERNEL) == 5 && vz_exit_code(VZ_LOCKED) == 9);
	CHECK(vz_exit_code(VZ_CHKPNT) == 16 && vz_exit_code(VZ_RESTORE) == 17);
	CHECK(vz_exit_code(VZ_NOTRUNNING) == 31 && vz_exit_code(VZ_RUNNING) == 32);
	CHECK(vz_exit_code(VZ_IPUSED) == 78 && vz_exit_code(VZ_SAVECONF) == 139);
	CHECK(mig_exit_code(VZ_NO_CAUSE) == 6 && mig_exit_code(VZ_NOSPACE) == 6);
	CHECK(mig_exit_code(VZ_NOVECONFIG) == 10 && mig_exit_code(VZ_LOCKED) == 20);
	CHECK(mig_exit_code(VZ_IPUSED) == 12 && mig_exit_code(VZ_BADKERNEL) == 14);
}

static void nobody_has_to_listen(void)
{
	CHECK(vz_error(NULL, VZ_SYSTEM, -EIO, "x") == -EIO);
	CHECK(vz_error_sys(NULL, VZ_SYSTEM, -EIO, "x") == -EIO);
}

static int fails(void *arg, struct vz_err *e)
{
	return vz_error(e, VZ_NOSPACE, -ENOSPC, "full: %s", (char *)arg);
}

static int dies(void *arg, struct vz_err *e)
{
	_exit(0);
}

static int works(void *arg, struct vz_err *e)
{
	return 0;
}

static void errors_cross_processes(void)
{
	struct vz_err e = { 0 };

	CHECK(vz_in_child(fails, "disk", &e) == -ENOSPC);
	CHECK_STR(e.msg, "full: disk");
	CHECK(e.cause == VZ_NOSPACE);
	CHECK(vz_in_child(dies, NULL, &e) == -EPIPE && e.cause == VZ_SYSTEM);
	vz_error_free(&e);
	CHECK(!vz_in_child(works, NULL, &e) && !e.msg);
}

static void lock_belongs_to_one(void)
{
	char dir[] = "/tmp/vzlock.XXXXXX", path[PATH_MAX];
	struct vz_conf c = { .id = 7 };
	struct vz_err e = { 0 };
	char *text;

	CHECK(mkdtemp(dir));
	c.lockdir = dir;
	snprintf(path, sizeof(path), "%s/7.lck", dir);
	CHECK(!vz_lock(&c, "testing", &e));
	CHECK(!vz_read_file(path, &text) && atoi(text) == getpid() && strstr(text, "\ntesting\n"));
	free(text);
	/* A second one, even of the same process, is refused and named. */
	CHECK(vz_lock(&c, NULL, &e) == -EBUSY && e.cause == VZ_LOCKED);
	snprintf(path, sizeof(path), "pid %d", getpid());
	CHECK(strstr(e.msg, path));
	vz_unlock(&c);
	CHECK(!vz_lock(&c, NULL, &e));
	vz_unlock(&c);
	snprintf(path, sizeof(path), "%s/7.lck", dir);
	CHECK(access(path, F_OK));
	vz_error_free(&e);
	CHECK(!rmdir(dir));
}

static void dead_owner_is_replaced(void)
{
	char dir[] = "/tmp/vzlock.XXXXXX", path[PATH_MAX];
	struct vz_conf c = { .id = 7 };
	struct vz_err e = { 0 };
	FILE *f;

	CHECK(mkdtemp(dir));
	c.lockdir = dir;
	snprintf(path, sizeof(path), "%s/7.lck", dir);
	f = fopen(path, "w");
	fprintf(f, "4194305\n");	/* above every pid */
	fclose(f);
	CHECK(!vz_lock(&c, NULL, &e));
	vz_unlock(&c);
	f = fopen(path, "w");
	fclose(f);
	CHECK(!vz_lock(&c, NULL, &e));
	/* The pid lives, but the lock is of another boot. */
	f = fopen(path, "w");
	fprintf(f, "1\nstart\n00000000-0000-0000-0000-000000000000\n");
	fclose(f);
	CHECK(!vz_lock(&c, NULL, &e));
	vz_unlock(&c);
	/* A foreign program's lock says only the pid. */
	f = fopen(path, "w");
	fprintf(f, "1\n\n");
	fclose(f);
	CHECK(vz_lock(&c, NULL, &e) == -EBUSY);
	vz_error_free(&e);
	/* A lock that has another owner by now is left alone. */
	f = fopen(path, "w");
	fprintf(f, "1\n");
	fclose(f);
	vz_unlock(&c);
	CHECK(!access(path, F_OK));
	unlink(path);
	CHECK(!rmdir(dir));
}

/* A process has the event daemon's lock, for a moment. The pipe returned tells when it gives it up.
 */
static int daemon_with_lock(const struct vz_conf *c, bool unlocks)
{
	int fds[2];
	char has;

	CHECK(!pipe(fds));
	if (!fork()) {
		if (vz_lock(c, VZ_LOCK_DAEMON, NULL) || write(fds[1], "", 1) != 1)
			_exit(1);
		usleep(200000);
		if (write(fds[1], "", 1) == 1 && unlocks)
			vz_unlock(c);
		_exit(0);
	}
	close(fds[1]);
	CHECK(read(fds[0], &has, 1) == 1);
	return fds[0];
}

static void daemon_is_waited_for(void)
{
	char dir[] = "/tmp/vzlock.XXXXXX";
	struct vz_conf c = { .id = 7 };

	CHECK(mkdtemp(dir));
	c.lockdir = dir;
	/* Its end is to be seen, and nobody waits for it here. */
	signal(SIGCHLD, SIG_IGN);
	for (int unlocks = 0; unlocks < 2; unlocks++) {
		struct pollfd gave_up = { .fd = daemon_with_lock(&c, unlocks), .events = POLLIN };

		CHECK(!vz_lock(&c, NULL, NULL));
		CHECK(poll(&gave_up, 1, 0) == 1 && gave_up.revents & POLLIN);
		vz_unlock(&c);
		close(gave_up.fd);
	}
	signal(SIGCHLD, SIG_DFL);
	CHECK(!rmdir(dir));
}

int main(void)
{
	TEST(set_and_context);
	TEST(what_is_said_is_plain);
	TEST(causes);
	TEST(exit_codes);
	TEST(nobody_has_to_listen);
	TEST(errors_cross_processes);
	TEST(lock_belongs_to_one);
	TEST(dead_owner_is_replaced);
	TEST(daemon_is_waited_for);
	return tap_failed;
}
