// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcachesize: dentries and inodes. What nobody uses is dropped before anything
 * is refused; what is in use is refused with ENOMEM at the limit.
 */
#include "common.h"

#define ROOM	(512UL << 10)
#define FILES	10000

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

static const char *name(unsigned int i)
{
	static char path[32];

	snprintf(path, sizeof(path), "/tmp/d%u", i);
	return path;
}

/* What there is in a tmpfs is in use: the dentry is all there is of its name. */
static void test_used(void)
{
	unsigned long limit, base;
	struct ub_row before;
	int n, i;

	before = row();
	base = before.held;
	limit = base + ROOM;
	need(!ve_set_ub(ve, "dcachesize", limit / 2, limit));
	for (n = 0; n < FILES; n++)
		if (mkdir(name(n), 0755))
			break;
	ok(n > 10 && n < FILES && errno == ENOMEM, "mkdir at the limit: ENOMEM after %d", n);
	ok(row().held <= limit, "the limit holds");
	ok(row().held > limit - 4096, "and is used: %lu of %lu", row().held, limit);
	ok_eq(row().failcnt, before.failcnt + 1, "one failure");
	ok(row().maxheld <= limit || row().maxheld == before.maxheld, "it was never passed");
	need(!ve_set_ub(ve, "dcachesize", base, base));
	ok(row().held > base, "a limit below held frees nothing");
	ok(mkdir(name(n), 0755) && errno == ENOMEM, "and refuses");
	need(!ve_set_ub(ve, "dcachesize", limit, limit));
	for (i = 0; i < n; i++)
		need(!rmdir(name(i)));
	ok(ve_wait_held(ve, "dcachesize", base) <= base, "held when they are gone");
	ok(!mkdir(name(0), 0755) && !rmdir(name(0)), "mkdir works again");
	need(!ve_set_ub(ve, "dcachesize", VE_MAX, VE_MAX));
}

static void test_drift(void)
{
	unsigned long base = row().held;
	unsigned int seed = 1;
	int i;

	for (i = 0; i < 10000; i++) {
		unsigned int k = rand_r(&seed) % 200;

		if (rand_r(&seed) % 2)
			(void)!mkdir(name(k), 0755);
		else
			(void)!rmdir(name(k));
	}
	for (i = 0; i < 200; i++)
		(void)!rmdir(name(i));
	ok(ve_wait_held(ve, "dcachesize", base) <= base, "held after 10,000 random rounds");
}

static int body(const struct ve *this)
{
	ve = this;
	need(!mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
	ok(row().held > 0, "a running VE uses dentries: %lu bytes", row().held);
	test_unused();
	test_used();
	test_drift();
	return 0;
}

int main(void)
{
	unsigned long left;
	struct ve v;

	ve_setup(&v, 124);
	ok_eq(ve_read_ub(&v, "dcachesize").held, 0, "held of a new VE");
	ve_spawn(&v, body);
	wait_until((ve_write(&v, "memory.reclaim", "64M"),
		    write_at("/proc/sys/vm", "drop_caches", "2"),
		    left = ve_read_ub(&v, "dcachesize").held) == 0);
	ok_eq(left, 0, "held of a stopped VE, to the byte");
	ve_teardown(&v);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
