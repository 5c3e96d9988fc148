// SPDX-License-Identifier: GPL-2.0-only
/*
 * numconntrack: tracked connections; ENOMEM at the barrier for root of the VE
 * who makes one by hand, a dropped packet for one that would begin one.
 */
#include "nl.h"
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#define ROOM	20
#define ROUNDS	10000

static void tuple(struct nl *nl, int type, int from, int to, unsigned short sport,
		  unsigned short dport)
{
	struct nlattr *t = nl_nest(nl, type), *ip, *proto;
	unsigned char udp = IPPROTO_UDP;

	sport = htons(sport);
	dport = htons(dport);
	ip = nl_nest(nl, CTA_TUPLE_IP);
	nl_be32(nl, CTA_IP_V4_SRC, from);
	nl_be32(nl, CTA_IP_V4_DST, to);
	nl_end(nl, ip);
	proto = nl_nest(nl, CTA_TUPLE_PROTO);
	nl_put(nl, CTA_PROTO_NUM, &udp, 1);
	nl_put(nl, CTA_PROTO_SRC_PORT, &sport, 2);
	nl_put(nl, CTA_PROTO_DST_PORT, &dport, 2);
	nl_end(nl, proto);
	nl_end(nl, t);
}

/* Make or delete connection @i; assured, so that early drop leaves it alone. */
static int connection(int fd, bool add, int i)
{
	struct nl nl = { 0 };
	struct nfgenmsg *g;

	g = nl_msg(&nl,
		   NFNL_SUBSYS_CTNETLINK << 8 | (add ? IPCTNL_MSG_CT_NEW : IPCTNL_MSG_CT_DELETE),
		   NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0), sizeof(*g));
	g->nfgen_family = AF_INET;
	tuple(&nl, CTA_TUPLE_ORIG, 0x0a000001, 0x0a000002, 1000 + i, 53);
	if (add) {
		tuple(&nl, CTA_TUPLE_REPLY, 0x0a000002, 0x0a000001, 53, 1000 + i);
		nl_be32(&nl, CTA_TIMEOUT, 600);
		nl_be32(&nl, CTA_STATUS, IPS_SEEN_REPLY | IPS_ASSURED | IPS_CONFIRMED);
	}
	return nl_talk(fd, &nl, 1);
}

static void test_packets(const struct ve *ve, int fd)
{
	int to = lo_bound(SOCK_DGRAM, 0), from = lo_bound(SOCK_DGRAM, 0), late, i;
	struct sockaddr_in sin = lo_addr(sock_port(to));
	unsigned long base = held_of(ve, "numconntrack");
	struct ub_row before;
	char c;

	need(sendto(from, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1);
	ok_eq(held_of(ve, "numconntrack"), base + 1, "a datagram begins a connection");
	for (i = 0; i < ROOM; i++)
		need(!connection(fd, true, 300 + i));
	/* The datagram's own entry may be dropped early, so it is made part of the room. */
	while (recv(to, &c, 1, MSG_DONTWAIT) == 1)
		;
	before = ve_read_ub(ve, "numconntrack");
	need(!ve_set_ub(ve, "numconntrack", base + ROOM, base + ROOM));
	late = lo_bound(SOCK_DGRAM, 0);
	i = sendto(late, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin));
	ok(i < 0 && errno == EPERM, "at the barrier a new one's packet is dropped");
	ok(!polls(to, POLLIN, 100), "and does not arrive");
	ok(ve_read_ub(ve, "numconntrack").failcnt > before.failcnt, "a failure is counted");
	need(!ve_set_ub(ve, "numconntrack", VE_MAX, VE_MAX));
	ok(sendto(late, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1 &&
	   polls(to, POLLIN, PATIENCE * 1000), "with room it arrives");
	for (i = 0; i < ROOM; i++)
		need(!connection(fd, false, 300 + i));
	close(to);
	close(from);
	close(late);
}

static void test_random(const struct ve *ve, int fd)
{
	unsigned long base = held_of(ve, "numconntrack");
	bool there[2 * ROOM] = { 0 };
	unsigned int seed = 1;
	int i, k, err, up = 0;

	need(!ve_set_ub(ve, "numconntrack", base + ROOM, base + ROOM));
	for (i = 0; i < ROUNDS; i++) {
		k = rand_r(&seed) % (2 * ROOM);
		err = connection(fd, !there[k], k);
		if (err != (there[k] || up < ROOM ? 0 : ENOMEM))
			break;
		if (!err) {
			up += there[k] ? -1 : 1;
			there[k] = !there[k];
		}
		if (i % 16 == 0 && ve_wait_held(ve, "numconntrack", base + up) != base + up)
			break;
	}
	ok_eq(i, ROUNDS, "random rounds without a wrong count or errno");
	need(!ve_set_ub(ve, "numconntrack", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	int fd = nl_open(NETLINK_NETFILTER), i;
	struct ub_row before, row;

	lo_up();
	before = ve_read_ub(ve, "numconntrack");
	ok_eq(before.held, 0, "held at first");
	need(!ve_set_ub(ve, "numconntrack", ROOM, 2 * ROOM));
	for (i = 0; i < ROOM; i++)
		need(!connection(fd, true, i));
	ok_eq(connection(fd, true, ROOM), ENOMEM, "a connection at the barrier");
	row = ve_read_ub(ve, "numconntrack");
	ok_eq(row.held, ROOM, "held at the barrier");
	ok_eq(row.maxheld, ROOM, "maxheld at the barrier");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");
	for (i = 0; i < ROOM; i++)
		need(!connection(fd, false, i));
	ok_eq(ve_wait_held(ve, "numconntrack", 0), 0, "held when they are deleted");
	need(!ve_set_ub(ve, "numconntrack", VE_MAX, VE_MAX));
	test_random(ve, fd);
	need(!nft_track(fd));
	test_packets(ve, fd);
	/* What is left goes with the net namespace. */
	for (i = 100; i < 200; i++)
		need(!connection(fd, true, i));
	return 0;
}

int main(void)
{
	struct ve ve;

	ve_setup(&ve, 135);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numconntrack", 0), 0, "held when the namespace is gone");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
