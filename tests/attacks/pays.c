// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who pays: makers of things that the kernel keeps, one for each line of
 * docs/who-pays.md that a test names. They only make; tests/vm/attacks.sh
 * compares what the host has lost with what the VE was charged for.
 *
 *	attack pays		the names, each with the least bytes of one thing
 *	attack pays NAME	prints "ready" and reads a line, makes until it is
 *				refused or has enough, prints "made N ERRNO" and
 *				holds what it has until it can read again
 */
#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_addrlabel.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "attack.h"
#include "nl.h"

static int route = -1, device;

static void open_route(void)
{
	route = nl_open(NETLINK_ROUTE);
}

static void open_device(void)
{
	route = one_device(&device);
}

/* The newest is the first of its list: nothing is walked to add one. */
static uint32_t metric(uint32_t i)
{
	return 4000000 - i;
}

static bool make_route(uint32_t i, int family, const void *to, size_t len, int bits)
{
	struct request r = { .len = 0 };
	struct rtmsg *m = begin(&r, RTM_NEWROUTE, MAKE, sizeof(*m));
	uint32_t prio = metric(i);

	m->rtm_family = family;
	m->rtm_dst_len = bits;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = RTPROT_STATIC;
	m->rtm_type = RTN_UNREACHABLE;
	attr(&r, RTA_DST, to, len);
	attr(&r, RTA_PRIORITY, &prio, 4);
	return ask(route, &r);
}

static bool make_route6(uint32_t i)
{
	return make_route(i, AF_INET6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0", 16, 64);
}

static bool make_route4(uint32_t i)
{
	return make_route(i, AF_INET, "\x0b\0\0\1", 4, 32);
}

static bool make_nexthop(uint32_t i)
{
	struct request r = { .len = 0 };
	struct nhmsg *m = begin(&r, RTM_NEWNEXTHOP, MAKE, sizeof(*m));

	m->nh_family = AF_INET;
	m->nh_protocol = RTPROT_STATIC;
	attr(&r, NHA_ID, &i, 4);
	attr(&r, NHA_BLACKHOLE, NULL, 0);
	return ask(route, &r);
}

static bool make_rule(uint32_t i)
{
	struct request r = { .len = 0 };
	struct fib_rule_hdr *m = begin(&r, RTM_NEWRULE, NLM_F_CREATE | NLM_F_ACK, sizeof(*m));
	uint32_t prio = metric(i);

	m->family = AF_INET;
	m->action = FR_ACT_UNREACHABLE;
	attr(&r, FRA_PRIORITY, &prio, 4);
	return ask(route, &r);
}

static bool make_label(uint32_t i)
{
	unsigned char to[16] = { 0x20, 1, 0xd, 0xb8, [12] = i >> 24, i >> 16, i >> 8, i };
	struct request r = { .len = 0 };
	struct ifaddrlblmsg *m = begin(&r, RTM_NEWADDRLABEL, MAKE, sizeof(*m));

	m->ifal_family = AF_INET6;
	m->ifal_prefixlen = 128;
	attr(&r, IFAL_ADDRESS, to, 16);
	attr(&r, IFAL_LABEL, &i, 4);
	return ask(route, &r);
}

static void hardware_address(unsigned char *to, int first, uint32_t i)
{
	unsigned char mac[6] = { first, 0, i >> 24, i >> 16, i >> 8, i };

	memcpy(to, mac, 6);
}

static bool make_fdb(uint32_t i)
{
	struct request r = { .len = 0 };
	struct ndmsg *m = begin(&r, RTM_NEWNEIGH, MAKE, sizeof(*m));
	unsigned char mac[6];

	m->ndm_family = PF_BRIDGE;
	m->ndm_ifindex = device;
	m->ndm_state = NUD_PERMANENT;
	m->ndm_flags = NTF_SELF;
	hardware_address(mac, 2, i);
	attr(&r, NDA_LLADDR, mac, 6);
	return ask(route, &r);
}

static int lone = -1;

static void open_multicast(void)
{
	open_device();
	lone = socket(AF_INET, SOCK_DGRAM, 0);
	must(lone >= 0);
}

static bool make_multicast(uint32_t i)
{
	struct ifreq ifr = { .ifr_name = "atk0" };

	hardware_address((unsigned char *)ifr.ifr_hwaddr.sa_data, 1, i);
	return !ioctl(lone, SIOCADDMULTI, &ifr);
}

static void open_packet(void)
{
	open_device();
	lone = socket(AF_PACKET, SOCK_RAW, 0);
	must(lone >= 0);
}

static bool make_membership(uint32_t i)
{
	struct packet_mreq m = { .mr_ifindex = device,
				 .mr_type = PACKET_MR_MULTICAST,
				 .mr_alen = 6 };

	hardware_address(m.mr_address, 1, i);
	return !setsockopt(lone, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m));
}

/* Twenty groups a socket, which is what the kernel allows at first. */
static bool make_group(uint32_t i)
{
	struct ip_mreqn m = { .imr_ifindex = device };

	m.imr_multiaddr.s_addr = htonl(0xe8000000 + i);
	if (i % 20 == 1)
		lone = socket(AF_INET, SOCK_DGRAM, 0);
	return lone >= 0 && !setsockopt(lone, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
}

#define FILTER_LEN	4000

static bool make_filter(uint32_t i)
{
	static struct sock_filter code[FILTER_LEN];
	struct sock_fprog prog = { .len = FILTER_LEN, .filter = code };
	int n, s = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)i;
	for (n = 0; n < FILTER_LEN; n++)
		code[n] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 1);
	return s >= 0 && !setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

static int raw = -1;

static void open_raw(void)
{
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	must(raw >= 0);
}

static bool send_raw(void *packet, size_t len)
{
	struct iphdr *ip = packet;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = ip->daddr };

	return sendto(raw, packet, len, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)len;
}

/* The first part of a packet whose rest never comes. */
static bool make_fragment(uint32_t i)
{
	struct { struct iphdr ip; char data[1200]; } p = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			.id = htons(i), .frag_off = htons(IP_MF) },
	};

	p.ip.saddr = htonl(0x7f000001 + (i >> 16));
	p.ip.daddr = htonl(INADDR_LOOPBACK);
	return send_raw(&p, sizeof(p));
}

/* 200 errors wait in each socket's queue, and nobody reads them. */
static bool make_error(uint32_t i)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(9),
	};
	int one = 1;

	if (i % 200 == 1) {
		lone = socket(AF_INET, SOCK_DGRAM, 0);
		if (lone < 0 || setsockopt(lone, IPPROTO_IP, IP_RECVERR, &one, sizeof(one)))
			return false;
	}
	/* What it says is the error of the one before. */
	sendto(lone, "", 1, 0, (struct sockaddr *)&to, sizeof(to));
	return true;
}

#define PORT	4242

/*
 * Whoever seems to ask for a connection is behind a device that leads nowhere.
 * The listener's address is on it: one of lo would not be answered from there.
 */
#define HERE	0x0b000001

static void open_listener(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct request r = { .len = 0 };
	struct ifaddrmsg *m;
	uint32_t here = htonl(HERE);

	open_device();
	m = begin(&r, RTM_NEWADDR, MAKE, sizeof(*m));
	m->ifa_family = AF_INET;
	m->ifa_prefixlen = 8;
	m->ifa_index = device;
	attr(&r, IFA_LOCAL, &here, 4);
	must(ask(route, &r));
	open_raw();
	lone = socket(AF_INET, SOCK_STREAM, 0);
	must(lone >= 0 && !bind(lone, (struct sockaddr *)&at, sizeof(at)) && !listen(lone, 4096));
}

static uint16_t sum(const void *data, size_t words, uint32_t from)
{
	const uint16_t *at = data;

	while (words--)
		from += *at++;
	while (from >> 16)
		from = (from & 0xffff) + (from >> 16);
	return ~from;
}

static bool make_half_open(uint32_t i)
{
	struct { struct iphdr ip; struct tcphdr tcp;
	} p = {
		.ip = { .version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_TCP,
			.id = htons(i) },
		.tcp = { .source = htons(1024 + i % 50000),
			 .dest = htons(PORT),
			 .syn = 1,
			 .doff = 5,
			 .window = htons(1000) },
	};
	uint32_t pseudo = htons(IPPROTO_TCP) + htons(sizeof(p.tcp));

	p.ip.saddr = htonl(HERE + 0x10000 + i);
	p.ip.daddr = htonl(HERE);
	pseudo += (p.ip.saddr & 0xffff) + (p.ip.saddr >> 16) + (p.ip.daddr & 0xffff) +
		  (p.ip.daddr >> 16);
	p.tcp.check = sum(&p.tcp, sizeof(p.tcp) / 2, pseudo);
	return send_raw(&p, sizeof(p));
}

static bool make_mount(uint32_t i)
{
	mkdir("/root", 0755);
	mkdir("/root/pays", 0755);
	(void)i;
	return !mount("pays", "/root/pays", "tmpfs", 0, "size=4k");
}

static void end_mounts(void)
{
	while (!umount2("/root/pays", MNT_DETACH))
		;
	rmdir("/root/pays");
}

static bool remove_route(uint32_t i, int family, const void *to, size_t len, int bits)
{
	struct request r = { .len = 0 };
	struct rtmsg *m = begin(&r, RTM_DELROUTE, NLM_F_ACK, sizeof(*m));
	uint32_t prio = metric(i);

	m->rtm_family = family;
	m->rtm_dst_len = bits;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_scope = RT_SCOPE_NOWHERE;
	attr(&r, RTA_DST, to, len);
	attr(&r, RTA_PRIORITY, &prio, 4);
	return ask(route, &r);
}

/* At its limit a VE can take away what it has made, one by one. */
static bool remove_route6(uint32_t i)
{
	return remove_route(i, AF_INET6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0", 16, 64);
}

static bool remove_route4(uint32_t i)
{
	return remove_route(i, AF_INET, "\x0b\0\0\1", 4, 32);
}

static bool remove_by_number(int type, size_t head, int family, int kind, uint32_t number)
{
	struct request r = { .len = 0 };
	unsigned char *m = begin(&r, type, NLM_F_ACK, head);

	*m = family;
	attr(&r, kind, &number, 4);
	return ask(route, &r);
}

static bool remove_nexthop(uint32_t i)
{
	return remove_by_number(RTM_DELNEXTHOP, sizeof(struct nhmsg), AF_UNSPEC, NHA_ID, i);
}

static bool remove_rule(uint32_t i)
{
	return remove_by_number(RTM_DELRULE, sizeof(struct fib_rule_hdr), AF_INET, FRA_PRIORITY,
				metric(i));
}

static bool remove_label(uint32_t i)
{
	unsigned char to[16] = { 0x20, 1, 0xd, 0xb8, [12] = i >> 24, i >> 16, i >> 8, i };
	struct request r = { .len = 0 };
	struct ifaddrlblmsg *m = begin(&r, RTM_DELADDRLABEL, NLM_F_ACK, sizeof(*m));

	m->ifal_family = AF_INET6;
	m->ifal_prefixlen = 128;
	attr(&r, IFAL_ADDRESS, to, 16);
	attr(&r, IFAL_LABEL, &i, 4);	/* asked for, not looked at */
	return ask(route, &r);
}

static void end_device(void)
{
	struct request r = { .len = 0 };
	struct ifinfomsg *m = begin(&r, RTM_DELLINK, NLM_F_ACK, sizeof(*m));

	m->ifi_index = device;
	must(ask(route, &r));
}

/* What one thing takes at least is that of a 64-bit kernel, without rounding. */
static const struct maker {
	const char *name;
	int bytes;
	uint32_t enough; /* where the kernel has its own bound, or lists are walked */
	void (*open)(void);
	bool (*make)(uint32_t i);
	bool (*remove)(uint32_t i);	/* the i-th thing, where it outlives us */
	void (*end)(void);
} makers[] = {
	{ "route6",	  200,	60000, open_route,	make_route6,	remove_route6 },
	{ "route4",	  120,	60000, open_route,	make_route4,	remove_route4 },
	{ "nexthop",	   96,	60000, open_route,	make_nexthop,	remove_nexthop },
	{ "rule",	  120,	60000, open_route,	make_rule,	remove_rule },
	{ "label",	   48,	 4000, open_route,	make_label,	remove_label },
	{ "fdb",	   64,	60000, open_device,	make_fdb,	NULL, end_device },
	{ "multicast",	   64,	60000, open_multicast,	make_multicast,	NULL, end_device },
	{ "membership",	   96,	 6000, open_packet,	make_membership, NULL, end_device },
	{ "group",	  200,	 3000, open_device,	make_group,	NULL, end_device },
	{ "filter",	32000,	  300, open_route,	make_filter },
	{ "fragment",	 1500,	 2500, open_raw,	make_fragment },
	{ "error",	    0,	20000, open_route,	make_error },
	{ "half_open",	  200,	 2000, open_listener,	make_half_open,	NULL, end_device },
	{ "mount",	 2000,	  300, open_route,	make_mount,	NULL, end_mounts },
};

static void wait_for_line(void)
{
	char c;

	while (read(0, &c, 1) == 1 && c != '\n')
		;
}

static int run_maker(const struct maker *m)
{
	uint32_t made, i;
	int err = 0;

	m->open();
	printf("ready\n");
	fflush(stdout);
	wait_for_line();
	for (made = 0; made < m->enough && !err; made += !err) {
		errno = 0;
		if (!m->make(made + 1))
			err = errno ? errno : EIO;
	}
	printf("made %u %s\n", made, err ? strerrorname_np(err) : "enough");
	fflush(stdout);
	wait_for_line();
	for (i = made; m->remove && i > 0; i--)
		must(m->remove(i));
	if (m->end)
		m->end();
	printf("gone\n");
	return 0;
}

int pays(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (!name)
			printf("%s %d\n", makers[i].name, makers[i].bytes);
		else if (!strcmp(name, makers[i].name))
			return run_maker(&makers[i]);
	}
	return name ? 2 : 0;
}
