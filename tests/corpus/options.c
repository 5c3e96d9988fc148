// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options of sockets: each that a kind of socket takes is set to what it does not have from the
 * start. What a machine does not know is left out; how many there were is looked at.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "corpus.h"

struct option {
	const char *name;
	int level, number, value;
};
#define O(level, number, value) { #number, level, number, value }

static const struct option of_all[] = {
	O(SOL_SOCKET, SO_TIMESTAMPNS, 1), O(SOL_SOCKET, SO_RXQ_OVFL, 1),
	O(SOL_SOCKET, SO_PRIORITY, 5), O(SOL_SOCKET, SO_RCVLOWAT, 3),
	O(SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1), O(SOL_SOCKET, SO_TIMESTAMPING, 0x12),
	O(SOL_SOCKET, SO_KEEPALIVE, 1), O(SOL_SOCKET, SO_MARK, 0x77),
	O(SOL_SOCKET, SO_OOBINLINE, 1), O(SOL_SOCKET, SO_DONTROUTE, 1), {}
};

static const struct option of_ip[] = {
	O(SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE), O(SOL_IP, IP_RECVERR, 1),
	O(SOL_IP, IP_RECVTOS, 1), O(SOL_IP, IP_RECVTTL, 1), O(SOL_IP, IP_PKTINFO, 1),
	O(SOL_IP, IP_TOS, 0x10), O(SOL_IP, IP_TTL, 33), O(SOL_IP, IP_MINTTL, 2),
	O(SOL_IP, IP_RECVOPTS, 1), O(SOL_IP, IP_RETOPTS, 1), O(SOL_IP, IP_FREEBIND, 1),
	O(SOL_IP, IP_RECVORIGDSTADDR, 1), O(SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1),
	O(SOL_IP, IP_MULTICAST_TTL, 7), O(SOL_IP, IP_MULTICAST_LOOP, 0),
	O(SOL_IP, IP_MULTICAST_ALL, 0), {}
};

static const struct option of_ip6[] = {
	O(SOL_IPV6, IPV6_TCLASS, 0x20), O(SOL_IPV6, IPV6_UNICAST_HOPS, 31),
	O(SOL_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO), O(SOL_IPV6, IPV6_MULTICAST_HOPS, 6),
	O(SOL_IPV6, IPV6_MULTICAST_LOOP, 0), O(SOL_IPV6, IPV6_MULTICAST_IF, 1),
	O(SOL_IPV6, IPV6_RECVTCLASS, 1), O(SOL_IPV6, IPV6_RECVHOPLIMIT, 1),
	O(SOL_IPV6, IPV6_RECVPKTINFO, 1), O(SOL_IPV6, IPV6_RECVERR, 1),
	O(SOL_IPV6, IPV6_DONTFRAG, 1), O(SOL_IPV6, IPV6_AUTOFLOWLABEL, 0),
	O(SOL_IPV6, IPV6_MINHOPCOUNT, 3), O(SOL_IPV6, IPV6_FREEBIND, 1), {}
};

static const struct option of_tcp[] = {
	O(SOL_TCP, TCP_USER_TIMEOUT, 12345), O(SOL_TCP, TCP_DEFER_ACCEPT, 7),
	O(SOL_TCP, TCP_NOTSENT_LOWAT, 16384), O(SOL_TCP, TCP_KEEPIDLE, 77),
	O(SOL_TCP, TCP_KEEPINTVL, 11), O(SOL_TCP, TCP_KEEPCNT, 4), O(SOL_TCP, TCP_SYNCNT, 3),
	O(SOL_TCP, TCP_LINGER2, 20), O(SOL_TCP, TCP_NODELAY, 1), O(SOL_TCP, TCP_INQ, 1),
	O(SOL_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1), {}
};

static const struct option of_listener[] = {
	O(SOL_TCP, TCP_FASTOPEN, 9), O(SOL_TCP, TCP_SAVE_SYN, 1), O(SOL_TCP, TCP_MAXSEG, 999), {}
};

static const struct option of_udp[] = {
	O(SOL_UDP, UDP_SEGMENT, 700), O(SOL_UDP, UDP_GRO, 1), {}
};

#define MOST 96
static struct {
	int sk;
	struct option o;
	int value;
} set[MOST];
static int nr_set;

/* What is read is what it is compared with: the kernel rounds some, and doubles others. */
static void set_all(int sk, const struct option *o)
{
	for (; o->name; o++) {
		int was = 0, now = 0;
		socklen_t len = sizeof(was);

		if (getsockopt(sk, o->level, o->number, &was, &len) ||
		    setsockopt(sk, o->level, o->number, &o->value, sizeof(o->value)))
			continue;
		len = sizeof(now);
		need(!getsockopt(sk, o->level, o->number, &now, &len));
		if (now == was)
			continue;
		need(nr_set < MOST);
		set[nr_set].sk = sk;
		set[nr_set].o = *o;
		set[nr_set++].value = now;
	}
}

static void verify_all(void)
{
	for (int i = 0; i < nr_set; i++) {
		int now = 0;
		socklen_t len = sizeof(now);

		if (getsockopt(set[i].sk, set[i].o.level, set[i].o.number, &now, &len) ||
		    now != set[i].value)
			corpus_fail(__FILE__, __LINE__, "%s is %d, not %d", set[i].o.name, now,
				    set[i].value);
	}
}

static void spoil_all(void)
{
	need(!setsockopt(set[0].sk, set[0].o.level, set[0].o.number, &(int){ 0 }, sizeof(int)));
}

static int ask(int family, int type)
{
	int sk = socket(family, type, 0);

	if (sk < 0 && family == AF_INET6 && errno == EAFNOSUPPORT)
		corpus_skip("no IPv6");
	need(sk >= 0);
	return sk;
}

static void set_up_udp(void)
{
	int sk = ask(AF_INET, SOCK_DGRAM);

	set_all(sk, of_ip);
	set_all(sk, of_all);	/* the priority, behind IP_TOS, which sets it too */
	set_all(sk, of_udp);
	need(nr_set >= 22);
}

static void set_up_udp6(void)
{
	int sk = ask(AF_INET6, SOCK_DGRAM);

	set_all(sk, of_all);
	set_all(sk, of_ip6);
	set_all(sk, of_udp);
	need(nr_set >= 20);
}

static void set_up_unix(void)
{
	static const struct option of_unix[] = { O(SOL_SOCKET, SO_PASSCRED, 1),
						 O(SOL_SOCKET, SO_PEEK_OFF, 0), {} };
	int sk[2];

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, sk));
	set_all(sk[0], of_all);
	set_all(sk[0], of_unix);
	need(nr_set >= 4);
}

static void congest(int sk)
{
	need(!setsockopt(sk, SOL_TCP, TCP_CONGESTION, "reno", 4));
}

static int tcp_ends[3];

static void set_up_tcp(void)
{
	struct sockaddr_in a = { AF_INET, 0, { htonl(INADDR_LOOPBACK) }, {} };
	struct linger l = { 1, 55 };
	socklen_t len = sizeof(a);

	tcp_ends[0] = ask(AF_INET, SOCK_STREAM);
	need(!bind(tcp_ends[0], (struct sockaddr *)&a, sizeof(a)));
	need(!listen(tcp_ends[0], 5));
	need(!getsockname(tcp_ends[0], (struct sockaddr *)&a, &len));
	tcp_ends[1] = ask(AF_INET, SOCK_STREAM);
	need(!connect(tcp_ends[1], (struct sockaddr *)&a, len));
	tcp_ends[2] = accept(tcp_ends[0], NULL, NULL);
	need(tcp_ends[2] >= 0);
	for (int i = 0; i < 2; i++) {
		set_all(tcp_ends[i], of_ip);
		set_all(tcp_ends[i], of_all);
		set_all(tcp_ends[i], of_tcp);
		congest(tcp_ends[i]);
		need(!setsockopt(tcp_ends[i], SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	}
	set_all(tcp_ends[0], of_listener);
	need(nr_set >= 44);
}

static void verify_tcp(void)
{
	char name[17] = "";
	struct linger l = {};
	socklen_t len = 16;

	verify_all();
	for (int i = 0; i < 2; i++) {
		len = 16;
		need(!getsockopt(tcp_ends[i], SOL_TCP, TCP_CONGESTION, name, &len));
		texts(name, "reno");
		len = sizeof(l);
		need(!getsockopt(tcp_ends[i], SOL_SOCKET, SO_LINGER, &l, &len));
		equal(l.l_onoff, 1);
		equal(l.l_linger, 55);
	}
}

STATE(opts_udp, "options of UDP over IPv4", set_up_udp, verify_all, spoil_all);
STATE(opts_udp6, "options of UDP over IPv6", set_up_udp6, verify_all, spoil_all);
STATE(opts_unix, "options of unix sockets", set_up_unix, verify_all, spoil_all);
STATE(opts_tcp, "options of TCP, listening and connected", set_up_tcp, verify_tcp, spoil_all);

/* --- multicast groups */
static int member, member6;

static int filter_of(int sk, int level, const struct sockaddr *group, size_t len,
		     struct group_filter *out, socklen_t size)
{
	memset(out, 0, size);
	out->gf_interface = 1;
	memcpy(&out->gf_group, group, len);
	out->gf_numsrc = 2;
	return getsockopt(sk, level, MCAST_MSFILTER, out, &size);
}

static struct sockaddr_in v4(const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	need(inet_pton(AF_INET, text, &a.sin_addr) == 1);
	return a;
}

static const char *const joined[] = { "239.1.2.3", "239.1.2.4", "239.1.2.5" };

static void set_up_groups(void)
{
	struct group_req r = { .gr_interface = 1 };
	struct group_source_req s = { .gsr_interface = 1 };
	struct sockaddr_in a;

	member = ask(AF_INET, SOCK_DGRAM);
	a = v4(joined[0]);
	memcpy(&r.gr_group, &a, sizeof(a));
	need(!setsockopt(member, SOL_IP, MCAST_JOIN_GROUP, &r, sizeof(r)));
	/* all but one source, and one source only */
	a = v4(joined[1]);
	memcpy(&r.gr_group, &a, sizeof(a));
	need(!setsockopt(member, SOL_IP, MCAST_JOIN_GROUP, &r, sizeof(r)));
	s.gsr_group = r.gr_group;
	a = v4("10.9.8.7");
	memcpy(&s.gsr_source, &a, sizeof(a));
	need(!setsockopt(member, SOL_IP, MCAST_BLOCK_SOURCE, &s, sizeof(s)));
	a = v4(joined[2]);
	memcpy(&s.gsr_group, &a, sizeof(a));
	need(!setsockopt(member, SOL_IP, MCAST_JOIN_SOURCE_GROUP, &s, sizeof(s)));
	/* another socket, which is in none of them */
	member6 = ask(AF_INET, SOCK_DGRAM);
}

static void verify_groups(void)
{
	static const unsigned int sources[] = { 0, 1, 1 };
	char buf[GROUP_FILTER_SIZE(2)];
	struct group_filter *f = (void *)buf;

	for (int i = 0; i < 3; i++) {
		struct sockaddr_in a = v4(joined[i]);

		need(!filter_of(member, SOL_IP, (void *)&a, sizeof(a), f, sizeof(buf)));
		equal(f->gf_fmode, i == 2 ? MCAST_INCLUDE : MCAST_EXCLUDE);
		equal(f->gf_numsrc, sources[i]);
		if (sources[i])
			equal(((struct sockaddr_in *)f->gf_slist)->sin_addr.s_addr,
			      v4("10.9.8.7").sin_addr.s_addr);
		need(filter_of(member6, SOL_IP, (void *)&a, sizeof(a), f, sizeof(buf)));
	}
}

static void spoil_groups(void) { need(dup2(member6, member) == member); }

static struct sockaddr_in6 v6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };

	need(inet_pton(AF_INET6, "ff12::4711", &a.sin6_addr) == 1);
	return a;
}

static void set_up_group6(void)
{
	struct ipv6_mreq r = { v6().sin6_addr, 1 };

	member = ask(AF_INET6, SOCK_DGRAM);
	need(!setsockopt(member, SOL_IPV6, IPV6_JOIN_GROUP, &r, sizeof(r)));
	member6 = ask(AF_INET6, SOCK_DGRAM);
}

static void verify_group6(void)
{
	struct sockaddr_in6 a = v6();
	char buf[GROUP_FILTER_SIZE(2)];
	struct group_filter *f = (void *)buf;

	need(!filter_of(member, SOL_IPV6, (void *)&a, sizeof(a), f, sizeof(buf)));
	equal(f->gf_fmode, MCAST_EXCLUDE);
	need(filter_of(member6, SOL_IPV6, (void *)&a, sizeof(a), f, sizeof(buf)));
}

STATE(groups4, "multicast groups with and without sources", set_up_groups, verify_groups,
      spoil_groups);
STATE(groups6, "a multicast group of IPv6", set_up_group6, verify_group6, spoil_groups);
