// SPDX-License-Identifier: GPL-2.0-only
/*
 * What root of a VE puts on venet by hand (docs/attack-list.md, line B10): neither the host
 * nor another VE sees it, and a VE that listens to all hears what is for it.
 *
 *	VE 1 --- frames ---> venet0 of the host		listens to all
 *	             '-----> VE 2			listens to all, promiscuous
 */
#include "venet.h"
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>

#define MARK	0x5eed1e55u	/* at the end of what is made by hand */
#define END	4711		/* in the datagram that ends it */

struct frame {
	unsigned char text[128];
	size_t len;
};

static struct frame add(struct frame f, const void *what, size_t len)
{
	memcpy(f.text + f.len, what, len);
	f.len += len;
	return f;
}

static struct frame mark(struct frame f)
{
	unsigned int word = MARK;

	return add(f, &word, sizeof(word));
}

static struct frame ip(const char *src, const char *dst, unsigned int frag)
{
	struct iphdr h = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.frag_off = htons(frag), .tot_len = htons(sizeof(h) + 12),
	};
	struct udphdr u = { .source = htons(1), .dest = htons(7), .len = htons(12) };
	struct frame f = { .len = 0 };

	inet_pton(AF_INET, src, &h.saddr);
	inet_pton(AF_INET, dst, &h.daddr);
	return mark(add(add(f, &h, sizeof(h)), &u, sizeof(u)));
}

/* An announcement of a router, a neighbour, or a question for one, by its type. */
static struct frame icmp6(const char *src, const char *dst, int type)
{
	struct ip6_hdr h = {
		.ip6_flow = htonl(6u << 28), .ip6_nxt = IPPROTO_ICMPV6, .ip6_hlim = 255,
		.ip6_plen = htons(28),
	};
	struct icmp6_hdr c = { .icmp6_type = type };
	struct frame f = { .len = 0 };

	inet_pton(AF_INET6, src, &h.ip6_src);
	inet_pton(AF_INET6, dst, &h.ip6_dst);
	return mark(add(add(add(f, &h, sizeof(h)), &c, sizeof(c)), &h.ip6_src, 16));
}

static struct frame noise(void)
{
	static const char text[40] = "neither IPv4 nor IPv6";
	struct frame f = { .len = 0 };

	return mark(add(f, text, sizeof(text)));
}

/* A packet socket of @v on its venet0, for all protocols when it is to listen. */
static int listen_in(const struct party *v, bool listens)
{
	struct sockaddr_ll a = {
		.sll_family = AF_PACKET, .sll_protocol = htons(listens ? ETH_P_ALL : 0),
	};
	struct packet_mreq all = { .mr_type = PACKET_MR_PROMISC };
	int fd, size = 4 << 20;

	enter(v);
	a.sll_ifindex = all.mr_ifindex = if_nametoindex("venet0");
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	need(fd >= 0 && a.sll_ifindex && !bind(fd, (struct sockaddr *)&a, sizeof(a)));
	if (listens)
		need(!setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) &&
		     !setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	enter(&host);
	return fd;
}

/* Everything that @fd has heard, up to the datagram END to @port: frames with the mark. */
static int heard(int fd, int port)
{
	unsigned char buf[2048];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	int marked = 0;
	ssize_t n;

	while (poll(&p, 1, ARRIVAL_MS) == 1) {
		unsigned int word;
		unsigned short to;

		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);
		if (n < 32 || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		memcpy(&word, buf + n - 4, 4);
		memcpy(&to, buf + 22, 2);
		if (word == END && ntohs(to) == port)
			return marked;
		if (word == MARK) {
			marked++;
			printf("# protocol %#x, %zd bytes\n", ntohs(from.sll_protocol), n);
		}
	}
	return -1;
}

static const struct {
	const char *what;
	unsigned short protocol;
} kinds[] = {
	{ "ARP", ETH_P_ARP }, { "a VLAN tag", ETH_P_8021Q }, { "two tags", ETH_P_8021AD },
	{ "LLDP", 0x88cc }, { "PPPoE", ETH_P_PPP_DISC }, { "MPLS", ETH_P_MPLS_UC },
	{ "IPv4 that is none", ETH_P_IP }, { "IPv6 that is none", ETH_P_IPV6 },
	{ "no protocol", 0 },
};

static void put_frame(int fd, unsigned short protocol, struct frame f)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_halen = 6,
	};

	enter(&ve1);
	to.sll_ifindex = if_nametoindex("venet0");
	enter(&host);
	/* What is refused at once is refused, too. */
	if (sendto(fd, f.text, f.len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return;
}

/* Addresses of the host, of another VE, of nobody; fragments; to many. */
static const struct {
	const char *from, *to;
	unsigned short fragment;
} v4[] = {
	{ "10.77.0.1", "10.77.1.2", 0 },
	{ "10.77.1.2", "10.77.0.1", 0 },
	{ "127.0.0.1", "10.77.0.1", 0 },
	{ "0.0.0.0", "255.255.255.255", 0 },
	{ "192.0.2.9", "10.77.0.1", 0x2000 },
	{ "192.0.2.9", "10.77.0.1", 1 },
	{ "10.77.1.1", "224.0.0.1", 0 },
	{ "10.77.1.1", "255.255.255.255", 0 },
};

static const struct {
	const char *from, *to;
	unsigned char type;
} v6[] = {
	{ "fe80::1", "ff02::1", 134 },
	{ "fd77::1:2", "fd77::ffff", 136 },
	{ "::", "ff02::1:ff00:1", 135 },
	{ "fd77::1:1", "ff02::1", 134 },
	{ "::ffff:10.77.0.1", "fd77::ffff", 136 },
};

static void send_by_hand(int fd)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		put_frame(fd, kinds[i].protocol, noise());
	for (i = 0; i < sizeof(v4) / sizeof(v4[0]); i++)
		put_frame(fd, ETH_P_IP, ip(v4[i].from, v4[i].to, v4[i].fragment));
	for (i = 0; i < sizeof(v6) / sizeof(v6[0]); i++)
		put_frame(fd, ETH_P_IPV6, icmp6(v6[i].from, v6[i].to, v6[i].type));
}

int main(void)
{
	int by_hand, at_host, at_ve2, from, open[3];

	prepare_running();
	/* Nobody answers that a port is closed. */
	open[0] = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 7000);
	open[1] = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 7001);
	open[2] = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 7002);
	by_hand = listen_in(&ve1, false);
	at_host = listen_in(&host, true);
	at_ve2 = listen_in(&ve2, true);
	from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);

	put_frame(by_hand, ETH_P_IP, ip("10.77.1.1", "10.77.0.1", 0));
	send_number(from, "10.77.0.1", 7000, END);
	ok(heard(at_host, 7000) == 1, "B10: what a VE may send by hand arrives");

	send_by_hand(by_hand);
	send_number(from, "10.77.0.1", 7001, END);
	ok(heard(at_host, 7001) == 0, "B10: the host hears nothing else of it");

	/* All of that, and what was for the host, was not for VE 2. */
	send_number(from, "10.77.1.2", 7002, END);
	ok(heard(at_ve2, 7002) == 0, "B10: another VE, which listens to all, nothing at all");
	ok(counts(&ve1).spoofed >= 6, "B10: foreign addresses are counted: %llu",
	   counts(&ve1).spoofed);
	ok(ping(&ve2, "10.77.0.1"), "B10: the other VE and the host still meet");
	ok(ping(&ve1, "10.77.0.1"), "B10: and so does this one");
	close(by_hand);
	close(at_host);
	close(at_ve2);
	close(from);
	for (int i = 0; i < 3; i++)
		close(open[i]);
	stop(&ve1);
	stop(&ve2);
	return finish();
}
