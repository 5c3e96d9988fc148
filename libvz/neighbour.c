// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of ARP and of neighbour discovery: made, read, sent. No state. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include "libvz/neighbour.h"
#include "libvz/nic.h"
#include "libvz/value.h"
#include "libvz/ip.h"

struct arp_frame {
	struct ether_header eth;
	struct arphdr arp;
	unsigned char sender_mac[6], sender_ip[4], target_mac[6], target_ip[4];
} __attribute__((packed));

/* A solicitation has the same head as an advertisement, with no flags and no option. */
struct nd_frame {
	struct ether_header eth;
	struct ip6_hdr ip;
	struct nd_neighbor_advert nd;
	unsigned char opt_type, opt_len, opt_mac[6];
} __attribute__((packed));

#define OPTION_SIZE	8

static void fill_arp(struct vz_frame *f, const struct vz_nic *nic, const struct in_addr *sender,
		     const struct in_addr *target)
{
	struct arp_frame *a = (struct arp_frame *)f->data;

	f->n = sizeof(*a);
	memset(a, 0, sizeof(*a));
	memset(a->eth.ether_dhost, 0xff, 6);
	memcpy(a->eth.ether_shost, nic->mac, 6);
	a->eth.ether_type = htons(ETHERTYPE_ARP);
	a->arp.ar_hrd = htons(ARPHRD_ETHER);
	a->arp.ar_pro = htons(ETHERTYPE_IP);
	a->arp.ar_hln = 6;
	a->arp.ar_pln = 4;
	a->arp.ar_op = htons(ARPOP_REQUEST);
	memcpy(a->sender_mac, nic->mac, 6);
	memcpy(a->sender_ip, sender, 4);
	memcpy(a->target_ip, target, 4);
}

static uint32_t sum(const void *data, size_t n, uint32_t acc)
{
	const unsigned char *p = data;
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		acc += p[i] << 8 | p[i + 1];
	return acc;
}

/* What both kinds have; the checksum comes last, with fill_sum(). */
static struct nd_frame *fill_nd(struct vz_frame *f, const struct vz_nic *nic,
				const struct vz_ip *ip, int type, size_t n)
{
	struct nd_frame *d = (struct nd_frame *)f->data;

	f->n = n;
	memset(d, 0, sizeof(*d));
	memcpy(d->eth.ether_shost, nic->mac, 6);
	d->eth.ether_type = htons(ETHERTYPE_IPV6);
	d->ip.ip6_flow = htonl(6U << 28);
	d->ip.ip6_plen = htons(n - sizeof(d->eth) - sizeof(d->ip));
	d->ip.ip6_nxt = IPPROTO_ICMPV6;
	d->ip.ip6_hlim = 255;
	d->nd.nd_na_type = type;
	d->nd.nd_na_target = ip->v6;
	return d;
}

/* To an IPv6 group, by the Ethernet group that belongs to it (RFC 2464). */
static void fill_group(struct nd_frame *d, const char *group)
{
	inet_pton(AF_INET6, group, &d->ip.ip6_dst);
	d->eth.ether_dhost[0] = 0x33;
	d->eth.ether_dhost[1] = 0x33;
	memcpy(d->eth.ether_dhost + 2, d->ip.ip6_dst.s6_addr + 12, 4);
}

static void fill_sum(struct nd_frame *d)
{
	const size_t n = ntohs(d->ip.ip6_plen);
	uint32_t acc = sum(&d->ip.ip6_src, 32, n + IPPROTO_ICMPV6);

	acc = sum(&d->nd, n, acc);
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	d->nd.nd_na_cksum = htons(~acc & 0xffff);
}

void vz_frame_announce(struct vz_frame *f, const struct vz_nic *nic, const struct vz_ip *ip)
{
	struct nd_frame *d;

	if (ip->family == AF_INET) {
		fill_arp(f, nic, &ip->v4, &ip->v4);
		memset(((struct arp_frame *)f->data)->target_mac, 0xff, 6);
		return;
	}
	d = fill_nd(f, nic, ip, ND_NEIGHBOR_ADVERT, sizeof(*d));
	fill_group(d, "ff02::1");
	d->ip.ip6_src = ip->v6;
	d->nd.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE | ND_NA_FLAG_ROUTER;
	d->opt_type = ND_OPT_TARGET_LINKADDR;
	d->opt_len = 1;
	memcpy(d->opt_mac, nic->mac, 6);
	fill_sum(d);
}

void vz_frame_ask(struct vz_frame *f, const struct vz_nic *nic, const struct vz_ip *ip)
{
	struct nd_frame *d;

	if (ip->family == AF_INET) {
		fill_arp(f, nic, &nic->v4, &ip->v4);
		return;
	}
	/* From no address: the answer goes to all nodes (RFC 4862). */
	d = fill_nd(f, nic, ip, ND_NEIGHBOR_SOLICIT, sizeof(*d) - OPTION_SIZE);
	fill_group(d, "ff02::1:ff00:0");
	memcpy(d->ip.ip6_dst.s6_addr + 13, ip->v6.s6_addr + 13, 3);
	memcpy(d->eth.ether_dhost + 3, ip->v6.s6_addr + 13, 3);
	fill_sum(d);
}

bool vz_frame_claims(const void *frame, size_t n, const struct vz_ip *ip, unsigned char mac[6])
{
	const struct arp_frame *a = frame;
	const struct nd_frame *d = frame;

	if (n < sizeof(a->eth))
		return false;
	memcpy(mac, a->eth.ether_shost, 6);
	if (ip->family == AF_INET)
		return n >= sizeof(*a) && a->eth.ether_type == htons(ETHERTYPE_ARP) &&
		       a->arp.ar_pro == htons(ETHERTYPE_IP) && a->arp.ar_hln == 6 &&
		       a->arp.ar_pln == 4 && !memcmp(a->sender_ip, &ip->v4, 4);
	/* 255: no router has passed it on. */
	return n >= sizeof(*d) - OPTION_SIZE && d->eth.ether_type == htons(ETHERTYPE_IPV6) &&
	       d->ip.ip6_nxt == IPPROTO_ICMPV6 && d->ip.ip6_hlim == 255 &&
	       d->nd.nd_na_type == ND_NEIGHBOR_ADVERT && !memcmp(&d->nd.nd_na_target, &ip->v6, 16);
}

int vz_frame_send(int fd, const struct vz_nic *nic, const struct vz_frame *f)
{
	const struct ether_header *eth = (const struct ether_header *)f->data;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_ifindex = nic->ifindex, .sll_halen = 6,
		.sll_protocol = eth->ether_type,
	};

	memcpy(to.sll_addr, eth->ether_dhost, 6);
	return sendto(fd, f->data, f->n, 0, (void *)&to, sizeof(to)) == (ssize_t)f->n ? 0 : -errno;
}
