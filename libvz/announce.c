// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tell neighbours and switches on a link that an address now lives behind this
 * host: a broadcast ARP with sender = target, an unsolicited neighbour
 * advertisement with the override flag to all nodes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/net.h"

struct arp_frame {
	struct ether_header eth;
	struct arphdr arp;
	unsigned char sender_mac[6], sender_ip[4], target_mac[6], target_ip[4];
} __attribute__((packed));

struct na_frame {
	struct ether_header eth;
	struct ip6_hdr ip;
	struct nd_neighbor_advert na;
	unsigned char opt_type, opt_len, opt_mac[6];
} __attribute__((packed));

static void fill_arp(struct arp_frame *f, const struct vz_nic *nic, const struct vz_ip *ip)
{
	memset(f, 0, sizeof(*f));
	memset(f->eth.ether_dhost, 0xff, 6);
	memcpy(f->eth.ether_shost, nic->mac, 6);
	f->eth.ether_type = htons(ETHERTYPE_ARP);
	f->arp.ar_hrd = htons(ARPHRD_ETHER);
	f->arp.ar_pro = htons(ETHERTYPE_IP);
	f->arp.ar_hln = 6;
	f->arp.ar_pln = 4;
	f->arp.ar_op = htons(ARPOP_REQUEST);
	memcpy(f->sender_mac, nic->mac, 6);
	memcpy(f->sender_ip, &ip->v4, 4);
	memset(f->target_mac, 0xff, 6);
	memcpy(f->target_ip, &ip->v4, 4);
}

static uint32_t sum(const void *data, size_t n, uint32_t acc)
{
	const unsigned char *p = data;
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		acc += p[i] << 8 | p[i + 1];
	return acc;
}

static void fill_na(struct na_frame *f, const struct vz_nic *nic, const struct vz_ip *ip)
{
	const size_t payload = sizeof(*f) - sizeof(f->eth) - sizeof(f->ip);
	uint32_t acc;

	memset(f, 0, sizeof(*f));
	memcpy(f->eth.ether_dhost, "\x33\x33\0\0\0\1", 6);
	memcpy(f->eth.ether_shost, nic->mac, 6);
	f->eth.ether_type = htons(ETHERTYPE_IPV6);
	f->ip.ip6_flow = htonl(6U << 28);
	f->ip.ip6_plen = htons(payload);
	f->ip.ip6_nxt = IPPROTO_ICMPV6;
	f->ip.ip6_hlim = 255;
	f->ip.ip6_src = ip->v6;
	inet_pton(AF_INET6, "ff02::1", &f->ip.ip6_dst);
	f->na.nd_na_type = ND_NEIGHBOR_ADVERT;
	f->na.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE | ND_NA_FLAG_ROUTER;
	f->na.nd_na_target = ip->v6;
	f->opt_type = ND_OPT_TARGET_LINKADDR;
	f->opt_len = 1;
	memcpy(f->opt_mac, nic->mac, 6);
	acc = sum(&f->ip.ip6_src, 32, payload + IPPROTO_ICMPV6);
	acc = sum(&f->na, payload, acc);
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	f->na.nd_na_cksum = htons(~acc & 0xffff);
}

int vz_announce(const struct vz_nic *nic, const struct vz_ip *ip)
{
	cleanup_close int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = nic->ifindex, .sll_halen = 6,
		.sll_protocol = htons(ip->family == AF_INET ? ETHERTYPE_ARP : ETHERTYPE_IPV6),
	};
	struct arp_frame arp;
	struct na_frame na;
	const void *frame = &arp;
	size_t n = sizeof(arp);

	if (fd < 0)
		return -errno;
	if (ip->family == AF_INET) {
		fill_arp(&arp, nic, ip);
	} else {
		fill_na(&na, nic, ip);
		frame = &na;
		n = sizeof(na);
	}
	memcpy(to.sll_addr, frame, 6);
	return sendto(fd, frame, n, 0, (void *)&to, sizeof(to)) == (ssize_t)n ? 0 : -errno;
}
