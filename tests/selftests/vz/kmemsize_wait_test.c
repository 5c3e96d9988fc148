// SPDX-License-Identifier: GPL-2.0-only
/*
 * waits_under_a_lock_of_the_node: a VE at the barrier of kmemsize slept up to
 * six times 20 ms in each call before it was refused, with RTNL, the cgroup
 * mutex or the lock of mounts held, which all others want.
 *
 * It may sleep where it holds none of them, and does. So a kernel with lockdep checks each
 * sleep, and warns; here calls are made at the barrier that want much more under those locks
 * than was asked for before, while there is always something unused to drop.
 */
#include "kmem.h"
#include "nl.h"
#include <linux/if_link.h>
#include <sys/klog.h>

#define CALLS	8
#define ROOM	(1UL << 20)
#define MOUNTS	100	/* one call mounts so many */
#define QUEUES	32

static char dir[128];	/* a cgroup of the VE's */

/* Names that are not there: the kernel keeps that, until memory is wanted. */
static void leave_unused(int round)
{
	char name[192];
	int i;

	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "%s/unused.%d.%d", dir, round, i);
		access(name, F_OK);
	}
}

static int call_link(int i)
{
	static int fd = -1;
	struct nl nl = { 0 };
	unsigned int queues = QUEUES;
	struct nlattr *info;
	char name[16];

	if (fd < 0)
		fd = nl_open(NETLINK_ROUTE);
	snprintf(name, sizeof(name), "w%d", i);
	nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nl_text(&nl, IFLA_IFNAME, name);
	nl_put(&nl, IFLA_NUM_TX_QUEUES, &queues, sizeof(queues));
	info = nl_nest(&nl, IFLA_LINKINFO);
	nl_text(&nl, IFLA_INFO_KIND, "veth");
	nl_end(&nl, info);
	return nl_talk(fd, &nl, 1);
}

static int call_mount(int i)
{
	(void)i;
	return mount("/tmp/many", "/tmp/m", NULL, MS_BIND | MS_REC, NULL) ? errno : 0;
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

	need(!ve_set_ub(ve, "kmemsize", room, room));
	/* To the barrier, and then again and again. */
	for (i = 0; i < 20000 && refused < CALLS; i++) {
		if (refused)
			leave_unused(i);
		refused += !!call(i);
	}
	ok(refused == CALLS, "%s: refused %d times of %d", name, refused, i);
	need(!ve_set_ub(ve, "kmemsize", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	char path[32];
	size_t i;

	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	need(!mount("t", "/tmp", "tmpfs", 0, NULL) && !mkdir("/tmp/m", 0755));
	need(!mkdir("/tmp/many", 0755) && !mount("m", "/tmp/many", "tmpfs", 0, NULL));
	for (i = 0; i < MOUNTS; i++) {
		snprintf(path, sizeof(path), "/tmp/many/%zu", i);
		need(!mkdir(path, 0755) && !mount(path, path, NULL, MS_BIND, NULL));
	}
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		test_call(ve, calls[i].name, calls[i].call);
	return 0;
}

/* How often the kernel has warned, as its log says. */
static int warnings(void)
{
	static char log[4 << 20];
	const char *p = log;
	int n = klogctl(3, log, sizeof(log) - 1), found = 0;

	need(n >= 0);
	log[n] = 0;
	while ((p = strstr(p, "WARNING: ")) && p++)
		found++;
	return found;
}

int main(void)
{
	int warned = warnings();
	struct ve ve;

	if (access("/proc/lockdep_chains", F_OK))
		printf("# no lockdep in this kernel: nobody checks who sleeps\n");
	ve_setup(&ve, 190);
	snprintf(dir, sizeof(dir), "%s/payload", ve.dir);
	need(!chown(dir, VE_UID(190), VE_UID(190)));
	ve_spawn(&ve, body);
	ok_eq(warnings(), warned, "warnings: who sleeps holds no lock of the node");
	wait_until(!rmdir(dir) || errno == ENOENT || errno == ENOTEMPTY || errno == EBUSY);
	ok(!system("find " CGROUP_ROOT
		   "/test-190/payload -mindepth 1 -depth -type d -exec rmdir {} +"),
	   "the VE's cgroups go");
	ve_teardown(&ve);
	return test_end();
}
