// SPDX-License-Identifier: GPL-2.0-only
/*
 * numnetif: devices of the VE's net namespaces, loopback included; ENOSPC at the
 * barrier; back when they are deleted.
 */
#include "nl.h"

#define ROOM	5
#define ROUNDS	150

static void name_of(char *name, int i)
{
	snprintf(name, IFNAMSIZ, "d%d", i);
}

static int body(const struct ve *ve)
{
	int fd = nl_open(NETLINK_ROUTE), i, k, up = 0;
	struct ub_row before, row;
	bool there[ROOM] = { 0 };
	unsigned int seed = 1;
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
	need(!ve_set_ub(ve, "numnetif", base + 3, base + 3));
	for (i = 0; i < ROUNDS; i++) {
		k = rand_r(&seed) % ROOM;
		name_of(name, k);
		if (there[k]) {
			need(!link_del(fd, name));
			there[k] = false;
			up--;
		} else {
			int err = link_add(fd, name, "dummy");

			if (err != (up < 3 ? 0 : ENOSPC))
				break;
			there[k] = !err;
			up += !err;
		}
		if (held_of(ve, "numnetif") != base + up)
			break;
	}
	ok_eq(i, ROUNDS, "random rounds without a wrong count or errno");
	/* What is left goes with the net namespace. */
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 133);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numnetif", 0), 0, "held when the namespace is gone");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
