// SPDX-License-Identifier: GPL-2.0-only
/*
 * numnetif: devices of the VE's net namespaces, loopback included; ENOSPC at the
 * barrier; back when they are deleted.
 */
#include "nl.h"

#define ROOM	5
#define MANY	24	/* devices of the random rounds */
#define GROUPS	4

static void name_of(char *name, int i)
{
	snprintf(name, IFNAMSIZ, "d%d", i);
}

static int dummy_add(int fd, const char *name, unsigned int group)
{
	struct nl nl = { 0 };
	struct nlattr *info;

	nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nl_text(&nl, IFLA_IFNAME, name);
	nl_put(&nl, IFLA_GROUP, &group, sizeof(group));
	info = nl_nest(&nl, IFLA_LINKINFO);
	nl_text(&nl, IFLA_INFO_KIND, "dummy");
	nl_end(&nl, info);
	return nl_talk(fd, &nl, 1);
}

/* All devices of a group, with one wait for RCU. */
static int group_del(int fd, unsigned int group)
{
	struct nl nl = { 0 };

	nl_msg(&nl, RTM_DELLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	nl_put(&nl, IFLA_GROUP, &group, sizeof(group));
	return nl_talk(fd, &nl, 1);
}

/* Devices made one by one and dropped by the group; each of both is a round. */
static void test_random(const struct ve *ve, int fd, unsigned long base)
{
	unsigned int of[MANY] = { 0 }, seed = 1, group;
	int rounds = test_rounds(1000), i, k, n, err, up = 0;
	unsigned long room = 0;
	char name[IFNAMSIZ];

	for (i = 0; i < rounds;) {
		if (rand_r(&seed) % 16 == 0) {
			room = 1 + rand_r(&seed) % MANY;
			need(!ve_set_ub(ve, "numnetif", base + room, base + room));
		}
		group = 1 + rand_r(&seed) % GROUPS;
		k = rand_r(&seed) % MANY;
		name_of(name, k);
		if (of[k] || !room) {
			for (k = n = 0; k < MANY; k++) {
				n += of[k] == group;
				of[k] = of[k] == group ? 0 : of[k];
			}
			if (group_del(fd, group) != (n ? 0 : ENODEV))
				break;
			up -= n;
			i += n;
		} else {
			err = dummy_add(fd, name, group);
			if (err != (up < (int)room ? 0 : ENOSPC))
				break;
			of[k] = err ? 0 : group;
			up += !err;
			i++;
		}
		if (ve_wait_held(ve, "numnetif", base + up) != base + up)
			break;
	}
	ok(i >= rounds, "%d random rounds without a wrong count or errno", i);
}

static int body(const struct ve *ve)
{
	int fd = nl_open(NETLINK_ROUTE), i;
	struct ub_row before, row;
	unsigned long base;
	char name[IFNAMSIZ];

	lo_up();
	before = ve_read_ub(ve, "numnetif");
	base = before.held;
	ok(base >= 1, "loopback counts: %lu", base);
	need(!ve_set_ub(ve, "numnetif", base + ROOM, base + 2 * ROOM));
	for (i = 0; i < ROOM; i++) {
		name_of(name, i);
		need(!link_add(fd, name, "dummy"));
	}
	ok_eq(link_add(fd, "more", "dummy"), ENOSPC, "a device at the barrier");
	row = ve_read_ub(ve, "numnetif");
	ok_eq(row.held, base + ROOM, "held at the barrier");
	ok_eq(row.maxheld, base + ROOM, "maxheld at the barrier");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");
	ok_eq(link_add(fd, "d1", "dummy"), EEXIST, "a name that is taken");
	ok_eq(held_of(ve, "numnetif"), base + ROOM, "held after that");
	for (i = 0; i < ROOM; i++) {
		name_of(name, i);
		need(!link_del(fd, name));
	}
	ok_eq(ve_wait_held(ve, "numnetif", base), base, "held afterwards");
	/* A device of several takes what is there for it and leaves nothing behind. */
	need(!ve_set_ub(ve, "numnetif", base + 1, base + 1));
	ok_eq(link_add(fd, "pair", "veth"), ENOSPC, "a pair of devices with room for one");
	ok_eq(ve_wait_held(ve, "numnetif", base), base, "held afterwards");
	test_random(ve, fd, base);
	/* What is left goes with the net namespace. */
	return 0;
}

int main(void)
{
	struct ve ve;

	test_start();
	rcu_hurry();
	ve_setup(&ve, 133);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numnetif", 0), 0, "held when the namespace is gone");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
