// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagram sockets of IP: UDP, ICMP, raw; packets. */
#include <linux/if_ether.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include "net.h"

static int one, other;
static struct sockaddr_storage at, at_other;
static char buf[3000];

/* --- connected, with datagrams not read */
static void send_some(void)
{
	need(send(other, "first", 5, 0) == 5 && send(other, "second!", 7, 0) == 7);
}

static void make_pair(int family)
{
	one = net_bound(family, SOCK_DGRAM, 0, &at);
	other = net_bound(family, SOCK_DGRAM, 0, &at_other);
	need(!connect(one, (void *)&at_other, net_size(&at_other)));
	need(!connect(other, (void *)&at, net_size(&at)));
}

static void set_up_connected(void)
{
	make_pair(AF_INET);
}

static void verify_connected(void)
{
	struct sockaddr_storage now;
	socklen_t size = sizeof(now);

	need(!getpeername(one, (void *)&now, &size));
	same(&now, &at_other, net_size(&at_other));
	size = sizeof(now);
	need(!getsockname(one, (void *)&now, &size));
	same(&now, &at, net_size(&at));
	send_some();
	equal(recv(one, buf, 100, MSG_DONTWAIT), 5);
	equal(recv(one, buf, 100, MSG_DONTWAIT), 7);
	same(buf, "second!", 7);
}

static void spoil_connected(void)
{
	need(!connect(other, (void *)&at_other, net_size(&at_other)));
}

STATE(udp_connected, "two connected UDP sockets", set_up_connected, verify_connected,
      spoil_connected);

static void set_up_connected6(void)
{
	make_pair(AF_INET6);
}

STATE(udp6_connected, "the same over IPv6", set_up_connected6, verify_connected, spoil_connected);

/* --- shut for reading */
static void set_up_shut(void)
{
	make_pair(AF_INET);
	need(!shutdown(one, SHUT_RD));
}

static void verify_shut(void)
{
	equal(recv(one, buf, 10, 0), 0);
}

STATE(udp_shut, "a UDP socket that is shut for reading", set_up_shut, verify_shut, send_some);

/* --- corked: nothing leaves until the cork is drawn */
static void cork(void)
{
	int on = 1;

	need(!setsockopt(one, IPPROTO_UDP, UDP_CORK, &on, sizeof(on)));
	need(send(one, "half", 4, 0) == 4);
}

static void set_up_corked(void)
{
	make_pair(AF_INET);
	cork();
}

static void verify_corked(void)
{
	int off = 0;

	equal(net_option(one, IPPROTO_UDP, UDP_CORK), 1);
	need(send(one, "whole", 5, 0) == 5);
	need(recv(other, buf, 100, MSG_DONTWAIT) < 0);
	need(!setsockopt(one, IPPROTO_UDP, UDP_CORK, &off, sizeof(off)));
	equal(recv(other, buf, 100, 0), 9);
	same(buf, "halfwhole", 9);
	cork();
}

static void spoil_corked(void)
{
	int off = 0;

	need(!setsockopt(one, IPPROTO_UDP, UDP_CORK, &off, sizeof(off)));
}

STATE(udp_corked, "a corked UDP socket with half a datagram", set_up_corked, verify_corked,
      spoil_corked);

/* --- held back by the call, in two parts, to a peer that the call names */
static void hold_back(void)
{
	static char part[1400];
	const struct sockaddr *to = (void *)&at_other;

	fill_bytes(part, sizeof(part), 6);
	equal(sendto(one, part, 1400, MSG_MORE, to, net_size(&at_other)), 1400);
	equal(sendto(one, part, 1100, MSG_MORE, to, net_size(&at_other)), 1100);
}

static void set_up_held(int family)
{
	one = net_bound(family, SOCK_DGRAM, 0, &at);
	other = net_bound(family, SOCK_DGRAM, 0, &at_other);
	hold_back();
}

static void set_up_held4(void)
{
	set_up_held(AF_INET);
}

static void set_up_held6(void)
{
	set_up_held(AF_INET6);
}

static void verify_held(void)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);

	equal(net_option(one, IPPROTO_UDP, UDP_CORK), 0);
	need(recv(other, buf, sizeof(buf), MSG_DONTWAIT) < 0 && errno == EAGAIN);
	need(sendto(one, "end", 3, 0, (void *)&at_other, net_size(&at_other)) == 3);
	equal(recvfrom(other, buf, sizeof(buf), 0, (void *)&from, &size), 2503);
	same(&from, &at, net_size(&at));
	need(bytes_are(buf, 1400, 6) && bytes_are(buf + 1400, 1100, 6));
	same(buf + 2500, "end", 3);
	hold_back();
}

static void spoil_held(void)
{
	need(send(one, "", 0, 0) == 0 ||
	     sendto(one, "", 0, 0, (void *)&at_other, net_size(&at_other)) == 0);
}

STATE(udp_more, "a UDP socket with two parts of a datagram", set_up_held4, verify_held, spoil_held);
STATE(udp6_more, "the same over IPv6", set_up_held6, verify_held, spoil_held);

/* --- ICMP, as ping has it, of a user and of root */
static void set_up_ping_type(int type)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	one = socket(AF_INET, type, IPPROTO_ICMP);
	if (one < 0 && (errno == EACCES || errno == EPERM))
		corpus_skip("no ICMP socket of type %d here", type);
	need(one >= 0);
	need(!connect(one, (void *)&to, sizeof(to)));
	memcpy(&at, &to, sizeof(to));
}

/* The sum of a raw one is ours to make. */
static uint16_t sum_of(const struct icmphdr *echo)
{
	uint16_t words[4];
	uint32_t sum;

	memcpy(words, echo, sizeof(words));
	sum = words[0] + words[1] + words[2] + words[3];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void verify_ping(void)
{
	struct icmphdr echo = { .type = ICMP_ECHO, .un.echo = { .id = htons(77), .sequence = 7 } };
	struct timeval patience = { patience_ms / 1000, 0 };
	const struct icmphdr *got = (void *)buf;
	ssize_t size;

	echo.checksum = sum_of(&echo);
	need(!setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	while (recv(one, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	need(send(one, &echo, sizeof(echo), 0) == sizeof(echo));
	do {
		need((size = recv(one, buf, sizeof(buf), 0)) > 0);
		got = (void *)(size > 20 ? buf + 20 : buf);
		/* A raw one hears what others are answered, too. */
	} while (got->type != ICMP_ECHOREPLY || (size > 20 && got->un.echo.id != htons(77)));
	equal(got->un.echo.sequence, 7);
}

static void spoil_ping(void)
{
	close(one);
}

static void set_up_ping(void)
{
	set_up_ping_type(SOCK_DGRAM);
}

static void set_up_raw(void)
{
	set_up_ping_type(SOCK_RAW);
}

STATE(icmp_datagram, "an ICMP datagram socket, as ping has", set_up_ping, verify_ping, spoil_ping);
STATE(icmp_raw, "a raw ICMP socket", set_up_raw, verify_ping, spoil_ping);

/* --- packets of a device */
static void set_up_packet(void)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP) };

	one = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	if (one < 0 && (errno == EPERM || errno == EAFNOSUPPORT))
		corpus_skip("no packet sockets here");
	need(one >= 0);
	ll.sll_ifindex = if_nametoindex("lo");
	need(!bind(one, (void *)&ll, sizeof(ll)));
	other = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
}

static void verify_packet(void)
{
	struct sockaddr_ll ll;
	socklen_t size = sizeof(ll);
	struct timeval patience = { patience_ms / 1000, 0 };

	need(!getsockname(one, (void *)&ll, &size));
	equal(ll.sll_ifindex, if_nametoindex("lo"));
	equal(ll.sll_protocol, htons(ETH_P_IP));
	need(!setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	while (recv(one, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	need(sendto(other, "seen", 4, 0, (void *)&at, net_size(&at)) == 4);
	need(recv(one, buf, sizeof(buf), 0) > 0);
}

static void spoil_packet(void)
{
	close(one);
}

STATE(packet_socket, "a packet socket of a device", set_up_packet, verify_packet, spoil_packet);

/* --- netlink, bound, with a membership */
static void set_up_netlink(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_RULE };

	need((one = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) >= 0);
	need(!bind(one, (void *)&nl, sizeof(nl)));
}

static void verify_netlink(void)
{
	struct sockaddr_nl nl;
	socklen_t size = sizeof(nl);
	struct { struct nlmsghdr h; struct rtgenmsg g; } ask = {
		.h = { sizeof(ask), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 5, 0 },
	};

	need(!getsockname(one, (void *)&nl, &size));
	equal(nl.nl_groups, RTMGRP_IPV4_RULE);
	need(nl.nl_pid != 0);
	need(send(one, &ask, sizeof(ask), 0) == sizeof(ask));
	need(recv(one, buf, sizeof(buf), 0) > 0);
	while (((struct nlmsghdr *)buf)->nlmsg_type != NLMSG_DONE)
		need(recv(one, buf, sizeof(buf), 0) > 0);
}

static void spoil_netlink(void)
{
	close(one);
	need((one = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) >= 0);
}

STATE(netlink_route, "a netlink socket in a group", set_up_netlink, verify_netlink, spoil_netlink);

/* The kernel tells all who listen. */
static void change_link(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int at = socket(AF_INET, SOCK_DGRAM, 0);

	need(at >= 0 && !ioctl(at, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags ^= IFF_UP;
	need(!ioctl(at, SIOCSIFFLAGS, &ifr));
	close(at);
}

/* --- netlink with a message that is not read yet, or the word that it was lost */
static void set_up_unread(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	need(!unshare(CLONE_NEWNET));
	need((one = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE)) >= 0);
	need(!bind(one, (void *)&nl, sizeof(nl)));
	change_link();
}

static void verify_unread(void)
{
	ssize_t got = recv(one, buf, sizeof(buf), 0);

	need(got > 0 || errno == ENOBUFS);
	while (got > 0 || errno == ENOBUFS)
		got = recv(one, buf, sizeof(buf), 0);
	change_link();
	need((got = recv(one, buf, sizeof(buf), 0)) > 0);
	equal(((struct nlmsghdr *)buf)->nlmsg_type, RTM_NEWLINK);
	change_link();
}

static void spoil_unread(void)
{
	while (recv(one, buf, sizeof(buf), 0) > 0 || errno == ENOBUFS)
		;
}

STATE(netlink_unread, "a netlink socket with messages that are not read", set_up_unread,
      verify_unread, spoil_unread);

/* --- datagrams that are not read yet */
static void set_up_queued(void)
{
	make_pair(AF_INET);
	send_some();
}

static void verify_queued(void)
{
	equal(recv(one, buf, 100, MSG_DONTWAIT), 5);
	same(buf, "first", 5);
	equal(recv(one, buf, 100, MSG_DONTWAIT), 7);
	same(buf, "second!", 7);
	send_some();
}

static void spoil_queued(void)
{
	equal(recv(one, buf, 100, MSG_DONTWAIT), 5);
}

STATE(udp_queued, "UDP datagrams that are not read yet", set_up_queued, verify_queued,
      spoil_queued);

/* --- several sockets at one port */
static int group[3];

static void set_up_group(void)
{
	int on = 1;
	struct sockaddr_in any = { .sin_family = AF_INET };
	socklen_t size = sizeof(any);

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 3; i++) {
		need((group[i] = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
		need(!setsockopt(group[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
		need(!bind(group[i], (void *)&any, sizeof(any)));
		need(!getsockname(group[i], (void *)&any, &size));
	}
	memcpy(&at, &any, sizeof(any));
}

static void verify_group(void)
{
	struct sockaddr_in now;
	socklen_t size = sizeof(now);

	for (int i = 0; i < 3; i++) {
		equal(net_option(group[i], SOL_SOCKET, SO_REUSEPORT), 1);
		need(!getsockname(group[i], (void *)&now, &size));
		equal(now.sin_port, ((struct sockaddr_in *)&at)->sin_port);
	}
}

static void spoil_group(void)
{
	close(group[1]);
}

STATE(udp_reuseport, "three UDP sockets at one port", set_up_group, verify_group, spoil_group);
