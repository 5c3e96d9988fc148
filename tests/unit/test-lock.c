// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two processes take the lock of one VE in turns. Every second owner leaves it
 * as one that has died does; who comes next takes it over. Never both hold it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/lock.h"
#include "tests/unit/tap.h"

#define ROUNDS	10000

static struct shared {
	atomic_int holders, taken, both, lost;
} *shared;

static char dir[] = "/tmp/vz-lock-XXXXXX";

/* No process has this number: the kernel gives none above 2^22. */
static void die_with_it(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, "5000000\n", 8, 0) != 8 || ftruncate(fd, 8))
		atomic_fetch_add(&shared->lost, 1);
	close(fd);
}

static void take_turns(struct vz_conf *c, const char *path)
{
	while (atomic_load(&shared->taken) < ROUNDS) {
		struct vz_err e = { 0 };

		if (vz_lock(c, NULL, &e)) {
			vz_error_free(&e);
			sched_yield();
			continue;
		}
		if (atomic_fetch_add(&shared->holders, 1))
			atomic_fetch_add(&shared->both, 1);
		sched_yield();
		atomic_fetch_sub(&shared->holders, 1);
		if (atomic_fetch_add(&shared->taken, 1) % 2)
			die_with_it(path);
		else
			vz_unlock(c);
	}
}

static void never_both(void)
{
	struct vz_conf c = { .id = 7, .lockdir = dir };
	char path[PATH_MAX];
	int status, failed = 0;

	snprintf(path, sizeof(path), "%s/7.lck", dir);
	for (int i = 0; i < 2; i++)
		if (!fork()) {
			take_turns(&c, path);
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	unlink(path);
	CHECK(!failed);
	CHECK(shared->taken >= ROUNDS);
	CHECK(!shared->both);
	CHECK(!shared->lost);
}

/* Who starts our tools may be slow to look at how they ended. */
static void the_dead_hold_nothing(void)
{
	struct vz_conf c = { .id = 7, .lockdir = dir };
	struct vz_err e = { 0 };
	siginfo_t si;
	pid_t pid = fork();

	if (!pid)
		_exit(vz_lock(&c, NULL, &e) ? 1 : 0);
	/* It has ended and is still there. */
	CHECK(!waitid(P_PID, pid, &si, WEXITED | WNOWAIT) && !si.si_status);
	CHECK(!vz_lock(&c, NULL, &e));
	vz_unlock(&c);
	waitpid(pid, NULL, 0);
}

static void file_stays_classic(void)
{
	struct vz_conf c = { .id = 7, .lockdir = dir };
	struct vz_err e = { 0 };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/7.lck", dir);
	CHECK(!vz_lock(&c, "migrating", &e));
	CHECK(!access(path, F_OK));
	CHECK(vz_lock(&c, NULL, &e) == -EBUSY);
	CHECK(e.cause == VZ_LOCKED);
	vz_error_free(&e);
	vz_unlock(&c);
	CHECK(access(path, F_OK));
	CHECK(!rmdir(dir));	/* nothing else is left in it */
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED || !mkdtemp(dir))
		return 1;
	TEST(never_both);
	TEST(the_dead_hold_nothing);
	TEST(file_stays_classic);
	return tap_failed;
}
