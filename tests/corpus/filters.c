// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets with more than options: filters, rings, urgent bytes. */
#include <linux/filter.h>
#include <netinet/ip_icmp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include "net.h"

static int one, other;
static struct sockaddr_storage at;
static char buf[4096];

static struct sock_filter only_long[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 500, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
static const struct sock_fprog long_ones = { 4, only_long };

static void close_one(void)
{
	close(one);
}

static void wait_with_patience(int sk)
{
	need(!setsockopt(sk, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ patience_ms / 1000, 0 },
			 sizeof(struct timeval)));
}

/* --- as tcpdump: a filter, all packets of a device, and what comes with each */
static void open_packet(void)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
				  .sll_ifindex = if_nametoindex("lo") };

	one = socket(AF_PACKET, SOCK_RAW, 0);
	if (one < 0 && (errno == EPERM || errno == EAFNOSUPPORT))
		corpus_skip("no packet sockets here");
	need(one >= 0);
	need(!setsockopt(one, SOL_SOCKET, SO_ATTACH_FILTER, &long_ones, sizeof(long_ones)));
	need(!bind(one, (void *)&ll, sizeof(ll)));
	other = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
}

static void set_up_tcpdump(void)
{
	struct packet_mreq all = { .mr_ifindex = if_nametoindex("lo"),
				   .mr_type = PACKET_MR_PROMISC };

	open_packet();
	need(!setsockopt(one, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)));
	need(!setsockopt(one, SOL_PACKET, PACKET_AUXDATA, &(int){ 1 }, sizeof(int)));
}

/* Others send on this device too. */
static void filter_works(void)
{
	int got;

	while (recv(one, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	wait_with_patience(one);
	need(sendto(other, buf, 100, 0, (void *)&at, net_size(&at)) == 100);
	need(sendto(other, buf, 1000, 0, (void *)&at, net_size(&at)) == 1000);
	do {
		got = recv(one, buf, sizeof(buf), 0);
		need(got > 500);
	} while (got < 1000 || got > 1100);
	need(recv(other, buf, sizeof(buf), 0) == 100 && recv(other, buf, sizeof(buf), 0) == 1000);
}

static void verify_tcpdump(void)
{
	struct packet_mreq all = { .mr_ifindex = if_nametoindex("lo"),
				   .mr_type = PACKET_MR_PROMISC };

	filter_works();
	equal(net_option(one, SOL_PACKET, PACKET_AUXDATA), 1);
	need(!setsockopt(one, SOL_PACKET, PACKET_DROP_MEMBERSHIP, &all, sizeof(all)));
	need(!setsockopt(one, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)));
}

STATE(packet_filter, "a packet socket with a filter that sees all of a device", set_up_tcpdump,
      verify_tcpdump, close_one);

/* --- a ring of packets that is mapped, as pcap has it */
static struct tpacket_req ring = { 4096 * 4, 4, 2048, 32 };
static char *frames;

static void set_up_ring(void)
{
	open_packet();
	need(!setsockopt(one, SOL_PACKET, PACKET_VERSION, &(int){ TPACKET_V2 }, sizeof(int)));
	need(!setsockopt(one, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)));
	frames = mmap(NULL, 4096 * 16, PROT_READ | PROT_WRITE, MAP_SHARED, one, 0);
	need(frames != MAP_FAILED);
}

/* Is a packet as long as ours in the ring? Others send on this device too. Empties it. */
static bool is_in_ring(void)
{
	bool found = false;

	for (int i = 0; i < 32; i++) {
		struct tpacket2_hdr *h = (void *)(frames + 2048 * i);

		if (!(h->tp_status & TP_STATUS_USER))
			continue;
		found |= h->tp_len > 1000 && h->tp_len < 1100;
		h->tp_status = TP_STATUS_KERNEL;
	}
	return found;
}

static void verify_ring(void)
{
	is_in_ring();
	need(sendto(other, buf, 1000, 0, (void *)&at, net_size(&at)) == 1000);
	need(recv(other, buf, sizeof(buf), 0) == 1000);
	in_time(is_in_ring());
}

static void spoil_ring(void)
{
	close(other);
}

STATE(packet_ring, "a packet socket with a ring in memory", set_up_ring, verify_ring, spoil_ring);

/* --- raw sockets that leave out kinds of ICMP */
/* of linux/icmp.h, which other headers do not go with */
#define ICMP_FILTER 1

static void set_up_icmp_filter(void)
{
	const uint32_t leave = ~(1U << ICMP_ECHOREPLY);

	one = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (one < 0 && errno == EPERM)
		corpus_skip("no raw sockets here");
	need(one >= 0);
	need(!setsockopt(one, SOL_RAW, ICMP_FILTER, &leave, sizeof(leave)));
}

static void verify_icmp_filter(void)
{
	equal((unsigned int)net_option(one, SOL_RAW, ICMP_FILTER), ~(1U << ICMP_ECHOREPLY));
}

STATE(raw_filter, "a raw socket with a filter of ICMP", set_up_icmp_filter, verify_icmp_filter,
      close_one);

/* --- a filter that cannot be taken away */
static void set_up_locked_filter(void)
{
	one = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
	other = socket(AF_INET, SOCK_DGRAM, 0);
	need(!setsockopt(one, SOL_SOCKET, SO_ATTACH_FILTER, &long_ones, sizeof(long_ones)));
	need(!setsockopt(one, SOL_SOCKET, SO_LOCK_FILTER, &(int){ 1 }, sizeof(int)));
}

static void verify_locked_filter(void)
{
	need(setsockopt(one, SOL_SOCKET, SO_DETACH_FILTER, &(int){ 0 }, sizeof(int)));
	equal(errno, EPERM);
	wait_with_patience(one);
	need(sendto(other, buf, 100, 0, (void *)&at, net_size(&at)) == 100);
	need(sendto(other, buf, 1000, 0, (void *)&at, net_size(&at)) == 1000);
	equal(recv(one, buf, sizeof(buf), 0), 1000);
}

STATE(filter_locked, "a filter of a socket that is locked", set_up_locked_filter,
      verify_locked_filter, close_one);

/* --- one of the sockets of a port is chosen by a program */
static int members[3];
static struct sock_filter last_one[] = { BPF_STMT(BPF_RET | BPF_K, 2) };

static void set_up_chosen(void)
{
	const struct sock_fprog last = { 1, last_one };
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t size = sizeof(in);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 3; i++) {
		need((members[i] = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
		need(!setsockopt(members[i], SOL_SOCKET, SO_REUSEPORT, &(int){ 1 }, sizeof(int)));
		need(!bind(members[i], (void *)&in, size));
		need(!getsockname(members[i], (void *)&in, &size));
	}
	if (setsockopt(members[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &last, sizeof(last)) &&
	    errno == EPERM)
		corpus_skip("no such programs here");
	need(!getsockopt(members[0], SOL_SOCKET, SO_REUSEPORT, buf, &(socklen_t){ 4 }));
	memcpy(&at, &in, sizeof(in));
	need((other = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
}

static void verify_chosen(void)
{
	wait_with_patience(members[2]);
	for (int i = 0; i < 20; i++) {
		int from = socket(AF_INET, SOCK_DGRAM, 0);

		need(sendto(from, "x", 1, 0, (void *)&at, net_size(&at)) == 1);
		equal(recv(members[2], buf, 1, 0), 1);
		close(from);
	}
}

static void spoil_chosen(void)
{
	need(!setsockopt(members[0], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &(int){ 0 },
			 sizeof(int)));
	need(!setsockopt(members[2], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 0, 100000 },
			 sizeof(struct timeval)));
	close(members[2]);
}

STATE(udp_chosen, "sockets of one port, one of which a program chooses", set_up_chosen,
      verify_chosen, spoil_chosen);

/* --- an urgent byte that nobody has read, in the middle of others */
static void send_urgent(void)
{
	put_all(other, "before", 6);
	need(send(other, "!", 1, MSG_OOB) == 1);
	put_all(other, "behind", 6);
	in_time(recv(one, buf, 6, MSG_PEEK | MSG_DONTWAIT) == 6);
	in_time(recv(one, buf, 1, MSG_PEEK | MSG_OOB | MSG_DONTWAIT) == 1);
}

static void set_up_urgent(void)
{
	struct net_pair pair = net_pair(AF_INET);

	one = pair.server;
	other = pair.client;
	send_urgent();
}

/* It is urgent no more after a restore, but not in the way either. */
static void verify_urgent(void)
{
	wait_with_patience(one);
	get_all(one, buf, 6);
	same(buf, "before", 6);
	get_all(one, buf, 6);
	same(buf, "behind", 6);
	equal(recv(one, buf, 1, MSG_DONTWAIT), -1);
	equal(net_option(one, SOL_SOCKET, SO_OOBINLINE), 0);
	send_urgent();
}

STATE(tcp_urgent, "a TCP connection with an urgent byte that is not read", set_up_urgent,
      verify_urgent, close_one);
