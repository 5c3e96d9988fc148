// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options of sockets: each line of the table is set to what is no default, all on sockets of
 * their own, and must have the value afterwards that it had after it was set.
 */
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <sys/time.h>
#include "net.h"

enum kind { TCP, TCP6, UDP, UDP6, CONN, NKINDS };

struct option {
	enum kind kind;
	int level, name, value;
	const char *text;
};

#define O(kind, level, name, value) { kind, level, name, value, #kind " " #name }
static const struct option table_socket[] = {
	O(UDP, SOL_SOCKET, SO_REUSEADDR, 1), O(UDP, SOL_SOCKET, SO_REUSEPORT, 1),
	O(UDP, SOL_SOCKET, SO_BROADCAST, 1), O(UDP, SOL_SOCKET, SO_OOBINLINE, 1),
	O(CONN, SOL_SOCKET, SO_KEEPALIVE, 1), O(UDP, SOL_SOCKET, SO_PRIORITY, 5),
	O(UDP, SOL_SOCKET, SO_RCVLOWAT, 7), O(UDP, SOL_SOCKET, SO_MARK, 9),
	O(UDP, SOL_SOCKET, SO_SNDBUF, 50000), O(UDP, SOL_SOCKET, SO_RCVBUF, 60000),
	O(CONN, SOL_SOCKET, SO_SNDBUF, 50000), O(CONN, SOL_SOCKET, SO_RCVBUF, 60000),
	O(UDP, SOL_SOCKET, SO_NO_CHECK, 1), O(UDP, SOL_SOCKET, SO_DONTROUTE, 1),
};
static const struct option table_modern[] = {
	O(UDP, SOL_SOCKET, SO_TIMESTAMP, 1), O(UDP, SOL_SOCKET, SO_RXQ_OVFL, 1),
	O(UDP, SOL_SOCKET, SO_TIMESTAMPING, 24), O(UDP6, SOL_SOCKET, SO_TIMESTAMPNS, 1),
	O(UDP, SOL_SOCKET, SO_INCOMING_CPU, 0), O(UDP, SOL_SOCKET, SO_BUSY_POLL, 11),
	O(TCP, SOL_SOCKET, SO_ZEROCOPY, 1), O(TCP, SOL_SOCKET, SO_MAX_PACING_RATE, 1000000),
	O(UDP, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1), O(UDP, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1),
};
static const struct option table_ip[] = {
	O(UDP, IPPROTO_IP, IP_TOS, 0x10), O(UDP, IPPROTO_IP, IP_TTL, 44),
	O(UDP, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO), O(UDP, IPPROTO_IP, IP_RECVERR, 1),
	O(UDP, IPPROTO_IP, IP_RECVTOS, 1), O(UDP, IPPROTO_IP, IP_RECVTTL, 1),
	O(UDP, IPPROTO_IP, IP_PKTINFO, 1), O(UDP, IPPROTO_IP, IP_RECVOPTS, 1),
	O(UDP, IPPROTO_IP, IP_FREEBIND, 1), O(UDP, IPPROTO_IP, IP_TRANSPARENT, 1),
	O(UDP, IPPROTO_IP, IP_MINTTL, 3), O(UDP, IPPROTO_IP, IP_RECVORIGDSTADDR, 1),
	O(CONN, IPPROTO_IP, IP_TOS, 0x10), O(CONN, IPPROTO_IP, IP_TTL, 44),
	O(CONN, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE),
	O(UDP, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1),
};
static const struct option table_multicast[] = {
	O(UDP, IPPROTO_IP, IP_MULTICAST_TTL, 9), O(UDP, IPPROTO_IP, IP_MULTICAST_LOOP, 0),
	O(UDP, IPPROTO_IP, IP_MULTICAST_ALL, 0), O(UDP6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 9),
	O(UDP6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0), O(UDP6, IPPROTO_IPV6, IPV6_MULTICAST_IF, 1),
};
static const struct option table_ipv6[] = {
	O(UDP6, IPPROTO_IPV6, IPV6_V6ONLY, 1), O(UDP6, IPPROTO_IPV6, IPV6_TCLASS, 0x20),
	O(UDP6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 44),
	O(UDP6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO),
	O(UDP6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1), O(UDP6, IPPROTO_IPV6, IPV6_RECVERR, 1),
	O(UDP6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1), O(UDP6, IPPROTO_IPV6, IPV6_RECVTCLASS, 1),
	O(UDP6, IPPROTO_IPV6, IPV6_FREEBIND, 1), O(UDP6, IPPROTO_IPV6, IPV6_DONTFRAG, 1),
	O(UDP6, IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0), O(TCP6, IPPROTO_IPV6, IPV6_TCLASS, 0x20),
};
static const struct option table_tcp[] = {
	O(CONN, IPPROTO_TCP, TCP_NODELAY, 1), O(CONN, IPPROTO_TCP, TCP_KEEPIDLE, 77),
	O(CONN, IPPROTO_TCP, TCP_KEEPINTVL, 7), O(CONN, IPPROTO_TCP, TCP_KEEPCNT, 4),
	O(CONN, IPPROTO_TCP, TCP_USER_TIMEOUT, 30000),
	O(CONN, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 9000),
	O(CONN, IPPROTO_TCP, TCP_LINGER2, 20), O(CONN, IPPROTO_TCP, TCP_WINDOW_CLAMP, 30000),
	O(CONN, IPPROTO_TCP, TCP_SYNCNT, 3), O(CONN, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1),
	O(CONN, IPPROTO_TCP, TCP_INQ, 1), O(TCP, IPPROTO_TCP, TCP_DEFER_ACCEPT, 7),
	O(TCP, IPPROTO_TCP, TCP_FASTOPEN, 5), O(TCP, IPPROTO_TCP, TCP_MAXSEG, 900),
	O(TCP, IPPROTO_TCP, TCP_USER_TIMEOUT, 30000), O(TCP, IPPROTO_TCP, TCP_NODELAY, 1),
	O(TCP, IPPROTO_TCP, TCP_SAVE_SYN, 1), O(TCP, IPPROTO_TCP, TCP_KEEPIDLE, 77),
};
#undef O

static const struct option *table;
static size_t rows;
static int fds[NKINDS], values[64];
static bool taken[64];
static struct sockaddr_storage at;

static void set_up_table(const struct option *t, size_t n)
{
	struct net_pair pair = net_pair(AF_INET);
	size_t took = 0;

	table = t;
	rows = n;
	need(n <= 64);
	fds[CONN] = pair.client;
	fds[TCP] = net_listen(AF_INET, &at);
	fds[UDP] = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
	fds[TCP6] = socket(AF_INET6, SOCK_STREAM, 0);
	fds[UDP6] = socket(AF_INET6, SOCK_DGRAM, 0);
	for (size_t i = 0; i < n; i++) {
		/* What this kernel or these rights do not allow is left out. */
		if (setsockopt(fds[t[i].kind], t[i].level, t[i].name, &t[i].value, sizeof(int)))
			continue;
		values[i] = net_option(fds[t[i].kind], t[i].level, t[i].name);
		taken[i] = true;
		took++;
	}
	if (!took)
		corpus_skip("none of them can be set here");
}

/* All that are wrong are told at once. */
static void verify_table(void)
{
	char wrong[350] = "";
	size_t used = 0;

	for (const struct option *o = table; o < table + rows; o++) {
		int want = values[o - table], now = want;

		if (taken[o - table])
			now = net_option(fds[o->kind], o->level, o->name);
		if (now != want && used < sizeof(wrong) - 60)
			used += snprintf(wrong + used, sizeof(wrong) - used, "%s%s %d not %d",
					 used ? ", " : "", o->text, now, want);
	}
	if (used)
		corpus_fail(__FILE__, __LINE__, "%s", wrong);
}

static void spoil_table(void)
{
	for (const struct option *o = table; o < table + rows; o++) {
		int other = !o->value;

		if (taken[o - table])
			setsockopt(fds[o->kind], o->level, o->name, &other, sizeof(other));
	}
}

#define TABLE(name, what)						\
static void set_up_##name(void)						\
{									\
	set_up_table(table_##name, sizeof(table_##name) / sizeof(table_##name[0]));	\
}									\
STATE(options_##name, what, set_up_##name, verify_table, spoil_table)

TABLE(socket, "options of SOL_SOCKET that are as old as CRIU");
TABLE(modern, "later ones of SOL_SOCKET: time stamps, overflow, pacing");
TABLE(ip, "options of IP");
TABLE(multicast, "options of multicast");
TABLE(ipv6, "options of IPv6");
TABLE(tcp, "options of TCP");

/* --- those whose value is more than a number */
static int udp, tcp;

static void set_up_structs(void)
{
	struct linger linger = { 1, 33 };
	struct timeval time = { 7, 0 };
	struct net_pair pair = net_pair(AF_INET);

	tcp = pair.client;
	need(!setsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	need(!setsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
	need(!setsockopt(tcp, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)));
}

static void verify_structs(void)
{
	struct linger linger;
	struct timeval time;
	socklen_t size = sizeof(linger);

	need(!getsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, &size));
	equal(linger.l_onoff, 1);
	equal(linger.l_linger, 33);
	size = sizeof(time);
	need(!getsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &time, &size));
	equal(time.tv_sec, 7);
	need(!getsockopt(tcp, SOL_SOCKET, SO_SNDTIMEO, &time, &size));
	equal(time.tv_sec, 7);
}

static void spoil_structs(void)
{
	struct linger linger = { 0, 0 };

	need(!setsockopt(tcp, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
}

STATE(options_structs, "SO_LINGER and time limits", set_up_structs, verify_structs, spoil_structs);

/* --- the way to avoid congestion */
static char before[32];

static void set_up_congestion(void)
{
	socklen_t size = sizeof(before);
	struct net_pair pair = net_pair(AF_INET);

	tcp = pair.client;
	need(!getsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, before, &size));
	/* There are reno and what is the default; one of them is not. */
	if (!strcmp(before, "reno"))
		corpus_skip("reno is the default");
	need(!setsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
}

static void verify_congestion(void)
{
	char now[32];
	socklen_t size = sizeof(now);

	need(!getsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, now, &size));
	texts(now, "reno");
}

static void spoil_congestion(void)
{
	need(!setsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, before, strlen(before)));
}

STATE(options_congestion, "TCP_CONGESTION", set_up_congestion, verify_congestion, spoil_congestion);

/* --- a device, and a filter */
static void set_up_device(void)
{
	udp = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
	need(!setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
}

static void verify_device(void)
{
	char name[16] = "";
	socklen_t size = sizeof(name);

	need(!getsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, name, &size));
	texts(name, "lo");
}

static void spoil_device(void)
{
	need(!setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "", 1));
}

STATE(options_device, "SO_BINDTODEVICE", set_up_device, verify_device, spoil_device);

static void set_up_filter(void)
{
	/* Only datagrams that begin with "y"; UDP's head is looked at as well. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'y', 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 100),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { 4, code };

	udp = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
	need(!setsockopt(udp, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
}

static void verify_filter(void)
{
	char buf[10];
	struct timeval patience = { patience_ms / 1000, 0 };

	need(!setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	need(sendto(udp, "no", 2, 0, (void *)&at, net_size(&at)) == 2);
	need(sendto(udp, "yes", 3, 0, (void *)&at, net_size(&at)) == 3);
	equal(recv(udp, buf, 10, 0), 3);
	need(recv(udp, buf, 10, MSG_DONTWAIT) < 0);
}

static void spoil_filter(void)
{
	int on = 1;

	need(!setsockopt(udp, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on)));
}

STATE(options_filter, "a filter of a socket", set_up_filter, verify_filter, spoil_filter);

/* --- memberships: what is sent to the group arrives */
static struct sockaddr_in group = { .sin_family = AF_INET };

static void set_up_member(void)
{
	struct ip_mreqn m = { .imr_address.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in any = { .sin_family = AF_INET };
	socklen_t size = sizeof(any);

	need((udp = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
	need(!bind(udp, (void *)&any, sizeof(any)) && !getsockname(udp, (void *)&any, &size));
	group.sin_port = any.sin_port;
	group.sin_addr.s_addr = m.imr_multiaddr.s_addr = inet_addr("239.1.2.3");
	need(!setsockopt(udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	need((tcp = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
	need(!setsockopt(tcp, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m)));
}

static void verify_member(void)
{
	struct timeval limit = { 5, 0 };
	char buf[10];

	need(!setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	need(sendto(tcp, "all", 3, 0, (void *)&group, sizeof(group)) == 3);
	equal(recv(udp, buf, 10, 0), 3);
	same(buf, "all", 3);
}

static void spoil_member(void)
{
	struct ip_mreqn m = { .imr_multiaddr = group.sin_addr,
			      .imr_address.s_addr = htonl(INADDR_LOOPBACK) };

	need(!setsockopt(udp, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
}

STATE(multicast_member, "a member of a multicast group", set_up_member, verify_member,
      spoil_member);

static struct ipv6_mreq group6;

static void set_up_member6(void)
{
	need((udp = socket(AF_INET6, SOCK_DGRAM, 0)) >= 0);
	need(inet_pton(AF_INET6, "ff02::1234", &group6.ipv6mr_multiaddr) == 1);
	group6.ipv6mr_interface = 1;
	if (setsockopt(udp, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof(group6)))
		corpus_skip("no multicast of IPv6 here");
}

static void verify_member6(void)
{
	/* Who is a member cannot become one again. */
	need(setsockopt(udp, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof(group6)));
	equal(errno, EADDRINUSE);
}

static void spoil_member6(void)
{
	need(!setsockopt(udp, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, &group6, sizeof(group6)));
}

STATE(multicast_member6, "a member of a multicast group of IPv6", set_up_member6, verify_member6,
      spoil_member6);
