// SPDX-License-Identifier: GPL-2.0-only
/*
 * numiptent: entries of iptables, rules and set elements of nftables; ENOMEM at
 * the limit and what was there stays; packets cannot add elements beyond it.
 */
#include "nl.h"
#include <linux/netfilter_ipv4/ip_tables.h>

#define ROOM	20
#define ROUNDS	10000
#define MOST	64	/* rules of a table */
#define POLICIES 4	/* entries of an empty filter table */

/* --- iptables ---------------------------------------------------------------- */

struct rule {
	struct ipt_entry entry;
	struct xt_standard_target target;
};

struct last {
	struct ipt_entry entry;
	struct xt_error_target target;
};

static int ipt_size(void)
{
	struct ipt_getinfo info = { .name = "filter" };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	socklen_t len = sizeof(info);

	need(fd >= 0 && !getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &len));
	close(fd);
	return info.num_entries;
}

/* Table filter with @rules rules in INPUT. Return: 0 or the errno. */
static int ipt_replace(int rules)
{
	static struct xt_counters counters[MOST + POLICIES];
	static char buf[sizeof(struct ipt_replace) + (MOST + 3) * sizeof(struct rule) +
			sizeof(struct last)] __attribute__((aligned(8)));
	struct ipt_replace *r = (void *)buf;
	struct rule *at = (void *)r->entries;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), i, err = 0;
	struct last *last;

	need(fd >= 0);
	memset(buf, 0, sizeof(buf));
	strcpy(r->name, "filter");
	r->valid_hooks = 1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD | 1 << NF_INET_LOCAL_OUT;
	r->num_entries = rules + POLICIES;
	r->num_counters = ipt_size();
	r->counters = counters;
	for (i = 0; i < rules + 3; i++, at++) {
		at->entry.target_offset = sizeof(at->entry);
		at->entry.next_offset = sizeof(*at);
		at->target.target.u.target_size = sizeof(at->target);
		at->target.verdict = -NF_ACCEPT - 1;
	}
	last = (void *)at;
	last->entry.target_offset = sizeof(last->entry);
	last->entry.next_offset = sizeof(*last);
	last->target.target.u.target_size = sizeof(last->target);
	strcpy(last->target.target.u.user.name, XT_ERROR_TARGET);
	strcpy(last->target.errorname, "ERROR");
	r->size = (char *)(last + 1) - (char *)r->entries;
	r->underflow[NF_INET_LOCAL_IN] = rules * sizeof(struct rule);
	r->hook_entry[NF_INET_FORWARD] = r->underflow[NF_INET_FORWARD] = (rules + 1) * sizeof(struct rule);
	r->hook_entry[NF_INET_LOCAL_OUT] = r->underflow[NF_INET_LOCAL_OUT] = (rules + 2) * sizeof(struct rule);
	if (setsockopt(fd, IPPROTO_IP, IPT_SO_SET_REPLACE, r, sizeof(*r) + r->size))
		err = errno;
	close(fd);
	return err;
}

static void test_iptables(const struct ve *ve)
{
	unsigned long base = held_of(ve, "numiptent");
	struct ub_row before, row;
	unsigned int seed = 1;
	int i, n, bad = 0, now = 10;

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
	for (i = 0; i < ROUNDS / 20; i++) {
		n = rand_r(&seed) % (MOST - 10);
		if (ipt_replace(n) != (n <= 10 + ROOM ? 0 : ENOMEM))
			bad++;
		now = n <= 10 + ROOM ? n : now;
		if (held_of(ve, "numiptent") != base + POLICIES + now)
			bad++;
	}
	ok_eq(bad, 0, "wrong counts and errnos in random replacements");
	need(!ve_set_ub(ve, "numiptent", VE_MAX, VE_MAX));
	need(!ipt_replace(0));
}

/* --- nftables ---------------------------------------------------------------- */

static int nft_add_rules(int fd, int n)
{
	struct nl nl;
	int i;

	nft_begin(&nl);
	for (i = 0; i < n; i++)
		nft_rule(&nl);
	return nft_commit(fd, &nl, n);
}

/* Set s of addresses, or s of addresses that packets add. */
static int nft_set(int fd, int flags)
{
	struct nlattr *desc;
	struct nl nl;

	nft_begin(&nl);
	nft_msg(&nl, NFT_MSG_NEWSET, NLM_F_ACK | NLM_F_CREATE);
	nl_text(&nl, NFTA_SET_TABLE, "t");
	nl_text(&nl, NFTA_SET_NAME, "s");
	nl_be32(&nl, NFTA_SET_FLAGS, flags);
	nl_be32(&nl, NFTA_SET_KEY_TYPE, 7);
	nl_be32(&nl, NFTA_SET_KEY_LEN, 4);
	nl_be32(&nl, NFTA_SET_ID, 1);
	desc = nl_nest(&nl, NFTA_SET_DESC);
	nl_be32(&nl, NFTA_SET_DESC_SIZE, 1000);
	nl_end(&nl, desc);
	return nft_commit(fd, &nl, 1);
}

static void nft_element_msg(struct nl *nl, bool add, int i)
{
	struct nlattr *list, *elem, *key;

	nft_msg(nl, add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
		NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0));
	nl_text(nl, NFTA_SET_ELEM_LIST_TABLE, "t");
	nl_text(nl, NFTA_SET_ELEM_LIST_SET, "s");
	list = nl_nest(nl, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = nl_nest(nl, NFTA_LIST_ELEM);
	key = nl_nest(nl, NFTA_SET_ELEM_KEY);
	nl_be32(nl, NFTA_DATA_VALUE, 0x0a000000 + i);
	nl_end(nl, key);
	nl_end(nl, elem);
	nl_end(nl, list);
}

static int nft_element(int fd, bool add, int i)
{
	struct nl nl;

	nft_begin(&nl);
	nft_element_msg(&nl, add, i);
	return nft_commit(fd, &nl, 1);
}

/* A rule by which packets add their destination to set s. */
static int nft_add_dynset(int fd)
{
	struct nlattr *list;
	struct nft_expr e;
	struct nl nl;

	nft_begin(&nl);
	nft_rule(&nl);
	list = nl_nest(&nl, NFTA_RULE_EXPRESSIONS);
	e = nft_expr(&nl, "payload");
	nl_be32(&nl, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nl_be32(&nl, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	nl_be32(&nl, NFTA_PAYLOAD_OFFSET, 16);
	nl_be32(&nl, NFTA_PAYLOAD_LEN, 4);
	nft_expr_end(&nl, e);
	e = nft_expr(&nl, "dynset");
	nl_text(&nl, NFTA_DYNSET_SET_NAME, "s");
	nl_be32(&nl, NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD);
	nl_be32(&nl, NFTA_DYNSET_SREG_KEY, NFT_REG_1);
	nft_expr_end(&nl, e);
	nl_end(&nl, list);
	return nft_commit(fd, &nl, 1);
}

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
	   polls(to, POLLIN, 1000), "and packets go on");
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

	ve_setup(&ve, 136);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numiptent", 0), 0, "held when the namespace is gone");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
