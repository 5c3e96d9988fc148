// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcachesize: dentries and inodes. What nobody uses is dropped before anything
 * is refused; what is in use is refused with ENOMEM at the limit.
 */
#include "common.h"
#include <sys/mount.h>
#include <sys/resource.h>

#define ROOM	(512UL << 10)
/* Dentries that any test causes, and credits of CPUs being collected. */
#define SLACK	(128UL << 10)
#define FILES	4000

static const struct ve *ve;

static struct ub_row row(void)
{
	return ve_read_ub(ve, "dcachesize");
}

static void test_unused(void)
{
	struct ub_row before = row();
	unsigned long limit = before.held + ROOM;
	struct stat st;
	char path[64];
	int i;

	need(!ve_set_ub(ve, "dcachesize", limit / 2, limit));
	for (i = 0; i < 12000; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/nosuch-%d", i);
		if (!stat(path, &st) || errno != ENOENT)
			break;
	}
	ok(i == 12000, "look-ups of %d missing names are not refused", i);
	ok(row().held > before.held + ROOM / 4 && row().held <= limit,
	   "though they fill the limit: held %lu of %lu", row().held, limit);
	ok(row().maxheld <= limit || row().maxheld == before.maxheld, "it was never passed");
	ok_eq(row().failcnt, before.failcnt, "no failure");
	need(!ve_set_ub(ve, "dcachesize", VE_MAX, VE_MAX));
}

/* Directories that are open pin their dentries and inodes. */
static void test_used(void)
{
	struct ub_row before;
	unsigned long limit;
	static int fds[FILES];
	char path[64];
	int n, i, err = 0;

	need(!mount("proc", "/proc", "proc", 0, NULL));
	before = row();
	limit = before.held + ROOM;
	need(!ve_set_ub(ve, "dcachesize", limit, limit));
	for (n = 0; n < FILES; n++) {
		snprintf(path, sizeof(path), "/proc/self/task/%d/fdinfo/../fd/%d", getpid(), n);
		fds[n] = open(n % 2 && n > 2 ? path : "/proc/self/net/dev", O_PATH | O_NOFOLLOW);
		if (fds[n] < 0 && errno == ENOENT)
			fds[n] = open("/proc/self", O_PATH | O_NOFOLLOW);
		if (fds[n] < 0) {
			err = errno;
			break;
		}
	}
	ok(n > 10 && n < FILES && err == ENOMEM, "open at the limit: ENOMEM after %d files (errno %d)",
	   n, err);
	ok(row().held <= limit, "the limit holds");
	ok(row().held > limit - SLACK, "and is used: %lu of %lu", row().held, limit);
	ok(row().failcnt > before.failcnt, "failures are counted");
	ok(row().maxheld <= limit || row().maxheld == before.maxheld, "it was never passed");
	for (i = 0; i < n; i++)
		close(fds[i]);
	ok(open("/proc/self/status", O_RDONLY) >= 0, "open works when others are closed");
	need(!ve_set_ub(ve, "dcachesize", 4096, 4096));
	ok(row().held > 4096, "a limit below held frees nothing");
	need(!ve_set_ub(ve, "dcachesize", VE_MAX, VE_MAX));
}

static void test_drift(void)
{
	unsigned int seed = 1;
	char path[64];
	int i;

	need(!mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
	for (i = 0; i < 10000; i++) {
		unsigned int k = rand_r(&seed) % 200;

		snprintf(path, sizeof(path), "/tmp/d%u", k);
		if (rand_r(&seed) % 2)
			mkdir(path, 0755);
		else
			rmdir(path);
	}
	ok(row().held > 0, "10,000 random rounds: held %lu", row().held);
	need(!umount("/tmp"));
}

static int body(const struct ve *this)
{
	struct rlimit files = { FILES + 100, FILES + 100 };

	ve = this;
	need(!setrlimit(RLIMIT_NOFILE, &files));
	ok(row().held > 0, "a running VE uses dentries: %lu bytes", row().held);
	test_unused();
	test_used();
	test_drift();
	return 0;
}

int main(void)
{
	unsigned long left = 1;
	struct ve v;
	int i;

	ve_setup(&v, 124);
	ok_eq(ve_read_ub(&v, "dcachesize").held, 0, "held of a new VE");
	ve_spawn(&v, body);
	for (i = 0; i < 50 && left; i++) {
		ve_write(&v, "memory.reclaim", "64M");
		write_at("/proc/sys/vm", "drop_caches", "2");
		ve_sleep_ms(100);
		left = ve_read_ub(&v, "dcachesize").held;
	}
	ok_eq(left, 0, "held of a stopped VE, to the byte");
	ve_teardown(&v);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
