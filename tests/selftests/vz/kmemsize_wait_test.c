// SPDX-License-Identifier: GPL-2.0-only
/*
 * waits_under_a_lock_of_the_node: a VE at the barrier of kmemsize slept up to
 * six times 20 ms in each call before it was refused, with RTNL, the cgroup
 * mutex or the lock of mounts held, which all others want.
 *
 * That it slept shows in its voluntary context switches, whatever the time.
 */
#include "kmem.h"
#include "nl.h"
#include <sys/resource.h>

#define CALLS	40
#define ROOM	(1UL << 20)

static char dir[128];	/* a cgroup of the VE's */

static long switches(void)
{
	struct rusage use;

	need(!getrusage(RUSAGE_THREAD, &use));
	return use.ru_nvcsw;
}

/* Something unused that can be dropped: else there is nothing to wait for. */
static void leave_unused(int round)
{
	char name[64];
	int i;

	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "/tmp/unused.%d.%d", round, i);
		access(name, F_OK);
	}
}

static int call_link(int i)
{
	static int fd = -1;
	char name[16];

	if (fd < 0)
		fd = nl_open(NETLINK_ROUTE);
	snprintf(name, sizeof(name), "w%d", i);
	return link_add(fd, name, "dummy");
}

static int call_mount(int i)
{
	(void)i;
	return mount("/tmp", "/tmp/m", NULL, MS_BIND, NULL) ? errno : 0;
}

static int call_mkdir(int i)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%d", dir, i);
	return mkdir(path, 0755) ? errno : 0;
}

static const struct {
	const char *name;
	int (*call)(int i);
} calls[] = {
	{ "RTM_NEWLINK", call_link }, { "mount", call_mount }, { "mkdir of a cgroup", call_mkdir },
};

static void test_call(const struct ve *ve, const char *name, int (*call)(int i))
{
	unsigned long room = ve_read_ub(ve, "kmemsize").held + ROOM;
	int i, refused = 0;
	long slept = 0;

	need(!ve_set_ub(ve, "kmemsize", room, room));
	/* To the barrier, and then again and again. */
	for (i = 0; i < 20000 && refused < CALLS; i++) {
		long before;

		if (refused)
			leave_unused(i);
		before = switches();
		if (!call(i))
			continue;
		refused++;
		slept += switches() - before;
	}
	ok(refused == CALLS, "%s: refused %d times of %d", name, refused, i);
	ok(slept <= CALLS / 2, "%s: %d refusals slept %ld times", name, refused, slept);
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	size_t i;

	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("t", "/tmp", "tmpfs", 0, NULL) && !mkdir("/tmp/m", 0755));
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		test_call(ve, calls[i].name, calls[i].call);
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 190);
	snprintf(dir, sizeof(dir), "%s/payload", ve.dir);
	need(!chown(dir, VE_UID(190), VE_UID(190)));
	ve_spawn(&ve, body);
	wait_until(!rmdir(dir) || errno == ENOENT || errno == ENOTEMPTY || errno == EBUSY);
	ok(!system("find " CGROUP_ROOT
		   "/test-190/payload -mindepth 1 -depth -type d -exec rmdir {} +"),
	   "the VE's cgroups go");
	ve_teardown(&ve);
	return test_end();
}
