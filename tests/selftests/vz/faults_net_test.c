// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program of a VE does with the network while allocations and charges
 * fail, as in faults_test.c; and the making of the VE's own device, while it
 * starts.
 */
#include "fault.h"
#include "fd.h"
#include "filter.h"
#include <net/ethernet.h>

#define ARRIVAL_MS	10000

static int fds[4] = { -1, -1, -1, -1 };
static int listener = -1, route, filter;
static int family, type, protocol;
static int port;	/* of the listener */
static struct sockaddr_in to_receiver;
static int n0;	/* index of a device that swallows packets */
static const struct ve *own;

static void undo_fds(void)
{
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			sock_reset(fds[i]);
		fds[i] = -1;
	}
}

static void undo_tcp(void)
{
	undo_fds();
	/* Connections that nobody has accepted, and that may have been on their way. */
	lo_arrived();
	while ((fds[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		sock_reset(fds[0]);
}

/* --- sockets ------------------------------------------------------------------- */

static int run_socket(void)
{
	fds[0] = socket(family, type | SOCK_CLOEXEC, protocol);
	return fds[0] < 0 ? -1 : 0;
}

static int run_pair(void)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds + 2))
		return -1;
	return send(fds[0], "x", 1, MSG_DONTWAIT) == 1 && send(fds[2], "x", 1, MSG_DONTWAIT) == 1 ?
	       0 : -1;
}

/* A descriptor on its way through a socket. */
static int run_pass(void)
{
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds) ||
	    try_send_fd(fds[0], fds[1], MSG_DONTWAIT))
		return -1;
	fds[2] = try_receive_fd(fds[1], MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	return fds[2] < 0 ? -1 : 0;
}

static int run_tcp(void)
{
	static char buf[32768];

	fds[0] = lo_try_connect(port, SOCK_NONBLOCK);
	if (fds[0] < 0)
		return -1;
	/* A lost packet is sent again after a second, three, seven. */
	if (!polls(listener, POLLIN, ARRIVAL_MS)) {
		errno = ENOBUFS;
		return -1;
	}
	fds[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fds[1] < 0 || send(fds[0], buf, sizeof(buf), MSG_DONTWAIT) < 0)
		return -1;
	if (!polls(fds[1], POLLIN, ARRIVAL_MS)) {
		errno = ENOBUFS;
		return -1;
	}
	return recv(fds[1], buf, 100, MSG_DONTWAIT) < 0 ? -1 : 0;
}

/* A receiver of its own: one that stays keeps up to a page for the next packet. */
static int run_udp(void)
{
	static char buf[8000];

	fds[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	fds[1] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fds[0] < 0 || fds[1] < 0 ||
	    bind(fds[1], (struct sockaddr *)&to_receiver, sizeof(to_receiver)))
		return -1;
	return sendto(fds[0], buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&to_receiver,
		      sizeof(to_receiver)) < 0 ? -1 : 0;
}

static int packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
}

static unsigned long taps_held;

static void prepare_taps(void)
{
	taps_held = held_of(own, "dgramrcvbuf");
}

/* Two receivers of one packet, so that it is copied for the first. */
static int run_taps(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = n0, .sll_halen = 6 };
	static char frame[200];

	fds[0] = packet_socket();
	fds[1] = packet_socket();
	fds[2] = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		return -1;
	return sendto(fds[2], frame, sizeof(frame), MSG_DONTWAIT, (struct sockaddr *)&to,
		      sizeof(to)) < 0 ? -1 : 0;
}

/* The charge of a packet that could not be copied goes with it, not with the next one. */
static bool check_taps(int err)
{
	char buf[256];
	int i;

	(void)err;	/* the sender does not learn of it */
	for (i = 0; i < 2; i++)
		while (fds[i] >= 0 && recv(fds[i], buf, sizeof(buf), MSG_DONTWAIT) >= 0)
			;
	return ve_wait_held(own, "dgramrcvbuf", taps_held) == taps_held;
}

static int run_ring(void)
{
	fds[0] = packet_socket();
	return fds[0] < 0 ? -1 : packet_ring(fds[0], 16384, 4);
}

/* --- devices, routes, filters ---------------------------------------------------- */

static int answer(int err)
{
	errno = err;
	return err ? -1 : 0;
}

static int run_dummy(void)
{
	return answer(link_add(route, "d0", "dummy") ?: link_up(route, "d0"));
}

static void undo_dummy(void)
{
	link_del(route, "d0");
}

static int run_veth(void)
{
	return answer(link_add(route, "v0", "veth"));
}

static void undo_veth(void)
{
	link_del(route, "v0");
}

static int run_neighbour(void)
{
	return answer(neigh_talk(route, RTM_NEWNEIGH, n0, 1, NUD_PERMANENT));
}

static void undo_neighbour(void)
{
	neigh_talk(route, RTM_DELNEIGH, n0, 1, NUD_NONE);
}

static int run_dump(void)
{
	struct nl nl = { 0 };
	char buf[4096];

	nl_msg(&nl, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	if (send(route, nl.buf, nl.len, 0) < 0)
		return -1;
	return recv(route, buf, sizeof(buf), MSG_DONTWAIT) < 0 ? -1 : 0;
}

static void undo_dump(void)
{
	char buf[4096];
	int i;

	/* The first answer may be that something was lost. */
	for (i = 0; i < 100; i++)
		if (recv(route, buf, sizeof(buf), MSG_DONTWAIT) < 0 && errno == EAGAIN)
			break;
}

static int run_iptables(void)
{
	return answer(ipt_replace(8));
}

static void undo_iptables(void)
{
	need(!ipt_replace(0));
}

/* A rule and some elements, in transactions of their own. */
static int run_nft(void)
{
	return answer(nft_table(filter) ?: nft_add_rules(filter, 2) ?: nft_set(filter, 0) ?:
		      nft_element(filter, true, 1) ?: nft_element(filter, true, 2) ?:
		      nft_element(filter, false, 1));
}

static void undo_nft(void)
{
	nft_del_table(filter);
}

static const struct scene scenes[] = {
	{ "socketpair",	.run = run_pair,	.undo = undo_fds },
	{ "descriptor",	.run = run_pass,	.undo = undo_fds },
	{ "tcp",	.run = run_tcp,		.undo = undo_tcp, .slow = true },
	{ "udp",	.run = run_udp,		.undo = undo_fds },
	{ "taps",	.prepare = prepare_taps, .run = run_taps, .undo = undo_fds,
			.check = check_taps },
	{ "ring",	.run = run_ring,	.undo = undo_fds },
	{ "dump",	.run = run_dump,	.undo = undo_dump },
	{ "neighbour",	.run = run_neighbour,	.undo = undo_neighbour },
	{ "iptables",	.run = run_iptables,	.undo = undo_iptables },
	{ "nftables",	.run = run_nft,		.undo = undo_nft, .slow = true },
	{ "dummy",	.run = run_dummy,	.undo = undo_dummy, .slow = true },
	{ "veth",	.run = run_veth,	.undo = undo_veth, .slow = true },
};

static const struct kind {
	const char *name;
	int family, type, protocol;
} kinds[] = {
	{ "unix socket",	AF_UNIX,	SOCK_SEQPACKET,	0 },
	{ "tcp socket",		AF_INET,	SOCK_STREAM,	0 },
	{ "tcp6 socket",	AF_INET6,	SOCK_STREAM,	0 },
	{ "udp socket",		AF_INET,	SOCK_DGRAM,	0 },
	{ "udp6 socket",	AF_INET6,	SOCK_DGRAM,	0 },
	{ "raw socket",		AF_INET,	SOCK_RAW,	IPPROTO_RAW },
	{ "netlink socket",	AF_NETLINK,	SOCK_RAW,	NETLINK_ROUTE },
	{ "packet socket",	AF_PACKET,	SOCK_DGRAM,	0 },
};

static int body(const struct ve *ve)
{
	size_t i;

	lo_up();
	route = nl_open(NETLINK_ROUTE);
	filter = nl_open(NETLINK_NETFILTER);
	need(!write_at("/proc/sys/net/ipv6/conf/default", "disable_ipv6", "1"));
	need(!link_add(route, "n0", "dummy") && !link_up(route, "n0"));
	n0 = if_nametoindex("n0");
	listener = lo_bound(SOCK_STREAM, 0);
	port = sock_port(listener);
	to_receiver = lo_addr(7777);
	own = ve;
	/* The table is there from now on. */
	need(!ipt_replace(0));
	fault_settle(ve);
	need(!fcntl(listener, F_SETFL, O_NONBLOCK));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct scene s = { kinds[i].name, .run = run_socket, .undo = undo_fds };

		family = kinds[i].family;
		type = kinds[i].type;
		protocol = kinds[i].protocol;
		fault_sweep(ve, &s);
	}
	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		fault_sweep(ve, &scenes[i]);
	fault_storm(ve, scenes, i);
	return 0;
}

/* --- the VE's own device ----------------------------------------------------------- */

static int run_venet(void)
{
	return answer(link_add(route, "venet0", "venet") ?: link_up(route, "venet0"));
}

static void undo_venet(void)
{
	link_del(route, "venet0");
}

/*
 * On the host, until it is killed: packets to the VE, for which its device is
 * looked up while it is made, fails and goes.
 */
static pid_t send_to_ve(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct ifreq ifr = { .ifr_name = "venet0" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	need(fd >= 0 && inet_pton(AF_INET, address, &to.sin_addr) == 1);
	need(!ioctl(fd, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags |= IFF_UP;
	need(!ioctl(fd, SIOCSIFFLAGS, &ifr));
	need(!setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "venet0", sizeof("venet0")));
	pid = fork();
	need(pid >= 0);
	while (!pid) {
		int i;

		/* Refused, most of them: nobody is there. */
		for (i = 0; i < 100; i++)
			(void)!sendto(fd, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
		ve_sleep_ms(1);
	}
	close(fd);
	return pid;
}

/* The VE is STARTING here. */
static int body_venet(const struct ve *ve)
{
	static const struct scene s = {
		"venet device", .run = run_venet, .undo = undo_venet, .slow = true,
	};

	route = nl_open(NETLINK_ROUTE);
	lo_up();
	fault_settle(ve);
	fault_sweep(ve, &s);
	return 0;
}

int main(void)
{
	struct ve ve;
	pid_t sender;

	if (!fault_setup()) {
		puts("1..0 # SKIP the kernel has no fault injection");
		return 4;
	}
	rcu_hurry();
	ve_setup(&ve, 141);
	ve_spawn(&ve, body);
	ve_teardown(&ve);
	ve_setup(&ve, 142);
	need(!ve_write(&ve, "ve.ip", "+10.99.1.42"));
	sender = send_to_ve("10.99.1.42");
	ve_start(&ve, body_venet, "STARTING");
	ok_eq(ve_wait(&ve), 0, "the VE that starts ends with");
	need(!kill(sender, SIGKILL) && waitpid(sender, NULL, 0) == sender);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
