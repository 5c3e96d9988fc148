// SPDX-License-Identifier: GPL-2.0-only
/*
 * numiptent: entries of iptables, rules and set elements of nftables; ENOMEM at
 * the limit and what was there stays; packets cannot add elements beyond it.
 */
#include "filter.h"

#define ROOM	20
#define ROUNDS	10000

/* --- iptables ---------------------------------------------------------------- */

static void test_iptables(const struct ve *ve)
{
	unsigned long base = held_of(ve, "numiptent");
	struct ub_row before, row;
	int rounds = test_rounds(1000), i, n, bad = 0, now = 10;
	unsigned int seed = 1;

	ok_eq(ipt_size(), POLICIES, "entries of an empty table");
	ok_eq(held_of(ve, "numiptent"), base + POLICIES, "they count");
	ok_eq(ipt_replace(10), 0, "ten rules");
	ok_eq(held_of(ve, "numiptent"), base + POLICIES + 10, "count, too");
	before = ve_read_ub(ve, "numiptent");
	need(!ve_set_ub(ve, "numiptent", 0, before.held + ROOM));
	ok_eq(ipt_replace(10 + ROOM), 0, "a table that fills the limit");
	ok_eq(ipt_replace(10 + ROOM), 0, "one as large fits, too");
	ok_eq(ipt_replace(10 + ROOM + 1), ENOMEM, "a larger one");
	row = ve_read_ub(ve, "numiptent");
	ok_eq(row.held, before.held + ROOM, "held at the limit");
	ok_eq(row.maxheld, before.held + ROOM, "maxheld at the limit");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");
	ok_eq(ipt_size(), POLICIES + 10 + ROOM, "the old table stays");
	ok_eq(ipt_replace(10), 0, "a smaller one");
	ok_eq(held_of(ve, "numiptent"), before.held, "gives back the rest");
	for (i = 0; i < rounds; i++) {
		n = rand_r(&seed) % (MOST - 10);
		if (ipt_replace(n) != (n <= 10 + ROOM ? 0 : ENOMEM))
			bad++;
		now = n <= 10 + ROOM ? n : now;
		if (held_of(ve, "numiptent") != base + POLICIES + now)
			bad++;
	}
	ok(!bad, "%d random replacements, %d wrong counts and errnos", rounds, bad);
	need(!ve_set_ub(ve, "numiptent", VE_MAX, VE_MAX));
	need(!ipt_replace(0));
}

/* --- nftables ---------------------------------------------------------------- */

static void test_rules(const struct ve *ve, int fd)
{
	unsigned long base = held_of(ve, "numiptent");
	struct ub_row before = ve_read_ub(ve, "numiptent"), row;

	need(!nft_table(fd));
	ok_eq(held_of(ve, "numiptent"), base, "tables and chains do not count");
	need(!ve_set_ub(ve, "numiptent", 0, base + ROOM));
	ok_eq(nft_add_rules(fd, ROOM), 0, "rules up to the limit");
	row = ve_read_ub(ve, "numiptent");
	ok_eq(row.held, base + ROOM, "held at the limit");
	ok_eq(nft_add_rules(fd, 1), ENOMEM, "one more");
	row = ve_read_ub(ve, "numiptent");
	ok_eq(row.held, base + ROOM, "held after that");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");
	need(!nft_del_table(fd));
	ok_eq(ve_wait_held(ve, "numiptent", base), base, "held when the table is deleted");
	need(!nft_table(fd));
	ok_eq(nft_add_rules(fd, ROOM + 5), ENOMEM, "a batch beyond the limit");
	ok_eq(ve_wait_held(ve, "numiptent", base), base, "leaves nothing behind");
	need(!ve_set_ub(ve, "numiptent", VE_MAX, VE_MAX));
	need(!nft_del_table(fd));
}

static void test_elements(const struct ve *ve, int fd)
{
	unsigned long base = held_of(ve, "numiptent");
	bool there[8 * ROOM] = { 0 };
	int i, k, n, up = 0;
	unsigned int seed = 1;
	struct nl nl;

	need(!nft_table(fd) && !nft_set(fd, 0));
	need(!ve_set_ub(ve, "numiptent", 0, base + ROOM));
	for (i = 0; i < ROOM; i++)
		need(!nft_element(fd, true, 100 + i));
	ok_eq(nft_element(fd, true, 100 + ROOM), ENOMEM, "an element at the limit");
	ok_eq(held_of(ve, "numiptent"), base + ROOM, "held at the limit");
	for (i = 0; i < ROOM; i++)
		need(!nft_element(fd, false, 100 + i));
	ok_eq(ve_wait_held(ve, "numiptent", base), base, "held when they are deleted");
	ok_eq(nft_element(fd, false, 100), ENOENT, "an element that is not there");
	need(!nft_element(fd, true, 100));
	ok_eq(nft_element(fd, true, 100), EEXIST, "one that is");
	ok_eq(ve_wait_held(ve, "numiptent", base + 1), base + 1, "held after both");
	need(!nft_element(fd, false, 100));
	/* What was deleted is given back a moment later, by a worker. */
	need(!ve_set_ub(ve, "numiptent", VE_MAX, VE_MAX));
	for (i = 0; i < ROUNDS; i += ROOM) {
		bool add = rand_r(&seed) % 2;

		/* A commit waits for RCU: many elements share one. */
		nft_begin(&nl);
		for (k = n = 0; k < ROOM; k++) {
			int at = (i + k * 7 + rand_r(&seed) % 7) % (8 * ROOM);

			if (there[at] == add)
				continue;
			nft_element_msg(&nl, add, at);
			there[at] = add;
			n++;
		}
		if (n && nft_commit(fd, &nl, n))
			break;
		up += add ? n : -n;
		if (held_of(ve, "numiptent") < base + up)
			break;
	}
	ok(i >= ROUNDS, "random rounds without a wrong count or errno: %d", i);
	ok_eq(ve_wait_held(ve, "numiptent", base + up), base + up, "held after them");
	need(!nft_del_table(fd));
	ok_eq(ve_wait_held(ve, "numiptent", base), base, "held when the set is deleted");
}

static void test_packets(const struct ve *ve, int fd)
{
	int udp = lo_bound(SOCK_DGRAM, 0), to = lo_bound(SOCK_DGRAM, 0), i;
	struct sockaddr_in sin = lo_addr(sock_port(to));
	struct ub_row before, row;
	unsigned long base;

	need(!nft_table(fd) && !nft_set(fd, NFT_SET_EVAL) && !nft_add_dynset(fd));
	before = ve_read_ub(ve, "numiptent");
	base = before.held;
	need(!ve_set_ub(ve, "numiptent", 0, base + ROOM));
	for (i = 1; i <= 2 * ROOM; i++) {
		sin.sin_addr.s_addr = htonl(0x7f000100 + i);
		need(sendto(udp, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1);
	}
	row = ve_read_ub(ve, "numiptent");
	ok_eq(row.held, base + ROOM, "held when packets add elements up to the limit");
	ok(row.failcnt > before.failcnt, "refusals are counted");
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok(sendto(udp, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1 &&
	   polls(to, POLLIN, PATIENCE * 1000), "and packets go on");
	need(!ve_set_ub(ve, "numiptent", VE_MAX, VE_MAX));
	need(!nft_del_table(fd));
	ok_eq(ve_wait_held(ve, "numiptent", base - 1), base - 1, "held when the set is deleted");
	close(udp);
	close(to);
}

static int body(const struct ve *ve)
{
	int fd = nl_open(NETLINK_NETFILTER), i;

	lo_up();
	ok_eq(held_of(ve, "numiptent"), 0, "held at first");
	test_iptables(ve);
	test_rules(ve, fd);
	test_elements(ve, fd);
	test_packets(ve, fd);
	/* These go with the net namespace. */
	need(!ipt_replace(30));
	need(!nft_table(fd) && !nft_set(fd, 0) && !nft_add_rules(fd, 10));
	for (i = 0; i < 10; i++)
		need(!nft_element(fd, true, i));
	return 0;
}

int main(void)
{
	struct ve ve;

	test_start();
	rcu_hurry();
	ve_setup(&ve, 136);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numiptent", 0), 0, "held when the namespace is gone");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
