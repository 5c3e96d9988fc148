// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames that a customer may send, and those by which he would pass for another.
 *
 *	frames send DEVICE MAC IP4 IP6	each of them, broadcast
 *	frames listen DEVICE		numbers of those that arrive, until the last one does
 *	frames want			numbers of those that shall
 *
 * The last four bytes of each tell its number.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MARK 0x565a0000u

static unsigned char mac[6], ip4[4], ip6[16], frame[256];
static const unsigned char other_mac[6] = { 2, 0, 0, 0, 0x66, 0x66 };
static const unsigned char other4[4] = { 10, 78, 7, 99 }, nobody4[4];
static const unsigned char other6[16] = { 0xfd, 0x78, [15] = 0x99 };
static const unsigned char other_local[16] = { 0xfe, 0x80, [15] = 1 }, nobody6[16];
static unsigned char local6[16];
static size_t len;

static void put(const void *data, size_t n)
{
	memcpy(frame + len, data, n);
	len += n;
}

static void bytes(size_t n, ...)
{
	__builtin_va_list ap;

	__builtin_va_start(ap, n);
	while (n--)
		frame[len++] = __builtin_va_arg(ap, int);
	__builtin_va_end(ap);
}

static void ether(const unsigned char *from, int type)
{
	len = 0;
	bytes(6, 255, 255, 255, 255, 255, 255);
	put(from, 6);
	bytes(2, type >> 8, type & 255);
}

static void arp(const unsigned char *hw, const unsigned char *ip, int op)
{
	ether(mac, 0x0806);
	bytes(8, 0, 1, 8, 0, 6, 4, 0, op);
	put(hw, 6);
	put(ip, 4);
	bytes(10, 0, 0, 0, 0, 0, 0, 10, 78, 7, 1);
}

static void udp(int from, int to)
{
	bytes(8, from >> 8, from & 255, to >> 8, to & 255, 0, 12, 0, 0);
}

/* @words: of the header; @frag: offset in eights. */
static void v4(const unsigned char *from, int proto, int words, int frag)
{
	ether(mac, 0x0800);
	bytes(12, 0x40 | words, 0, 0, words * 4 + 12, 0, 1, frag >> 8, frag & 255, 64, proto, 0, 0);
	put(from, 4);
	bytes(4, 255, 255, 255, 255);
	for (int i = 5; i < words; i++)
		bytes(4, 1, 1, 1, 1);
}

static void v6(const unsigned char *from, int next)
{
	ether(mac, 0x86dd);
	bytes(8, 0x60, 0, 0, 0, 0, 64, next, 255);
	put(from, 16);
	bytes(16, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
}

/* An extension header of eight bytes. */
static void extension(int next)
{
	bytes(8, next, 0, 1, 4, 0, 0, 0, 0);
}

static void icmp6(int type, const unsigned char *target)
{
	bytes(8, type, 0, 0, 0, 0, 0, 0, 0);
	put(target, 16);
}

static void bad_mac(void)
{
	ether(other_mac, 0x0800);
	len = 14;
}
static void vlan(void)
{
	ether(mac, 0x8100);
	bytes(4, 0, 7, 8, 0);
}
static void arp_own(void)
{
	arp(mac, ip4, 1);
}
static void arp_other(void)
{
	arp(mac, other4, 2);
}
static void arp_other_mac(void)
{
	arp(other_mac, ip4, 2);
}
static void arp_probe(void)
{
	arp(mac, nobody4, 1);
}
static void arp_nobody(void)
{
	arp(mac, nobody4, 2);
}
static void own4(void)
{
	v4(ip4, 17, 5, 0);
	udp(5000, 5000);
}
static void foreign4(void)
{
	v4(other4, 17, 5, 0);
	udp(5000, 5000);
}
static void dhcp(void)
{
	v4(nobody4, 17, 5, 0);
	udp(68, 67);
}
static void nobody_pings(void)
{
	v4(nobody4, 1, 5, 0);
	udp(68, 67);
}
static void dhcp_server(void)
{
	v4(ip4, 17, 5, 0);
	udp(67, 68);
}
static void dhcp_server_options(void)
{
	v4(ip4, 17, 6, 0);
	udp(67, 68);
}
static void fragment4(void)
{
	v4(ip4, 17, 5, 9);
	udp(67, 68);
}
static void own6(void)
{
	v6(ip6, 17);
	udp(5000, 5000);
}
static void foreign6(void)
{
	v6(other6, 17);
	udp(5000, 5000);
}
static void link_local(void)
{
	v6(local6, 17);
	udp(5000, 5000);
}
static void other_link_local(void)
{
	v6(other_local, 17);
	udp(5000, 5000);
}
static void advertises(void)
{
	v6(local6, 58);
	icmp6(134, nobody6);
}
static void advertises_behind(void)
{
	v6(local6, 0);
	extension(60);
	extension(58);
	icmp6(134, nobody6);
}
static void advertises_fragment(void)
{
	v6(local6, 44);
	bytes(8, 58, 0, 0, 1, 0, 0, 0, 1);
	icmp6(134, nobody6);
}
static void advertises_fragment_behind(void)
{
	v6(local6, 44);
	bytes(8, 60, 0, 0, 1, 0, 0, 0, 1);
	extension(58);
	icmp6(134, nobody6);
}
static void redirects(void)
{
	v6(local6, 58);
	icmp6(137, other6);
}
static void neighbour_own(void)
{
	v6(ip6, 58);
	icmp6(136, ip6);
}
static void neighbour_other(void)
{
	v6(ip6, 58);
	icmp6(136, other6);
}
static void neighbour_router(void)
{
	v6(local6, 58);
	icmp6(136, other_local);
}
static void duplicate_look(void)
{
	v6(nobody6, 58);
	icmp6(135, ip6);
}
static void dhcp6_server(void)
{
	v6(local6, 17);
	udp(547, 546);
}
static void dhcp6_server_behind(void)
{
	v6(local6, 43);
	extension(17);
	udp(547, 546);
}
static void lldp(void)
{
	ether(mac, 0x88cc);
}
static void bridge_protocol(void)
{
	ether(mac, 38);
	bytes(3, 0x42, 0x42, 3);
}
static void reverse_arp(void)
{
	ether(mac, 0x8035);
}
static void many_extensions(void)
{
	v6(local6, 0);
	for (int i = 0; i < 7; i++)
		extension(60);
	extension(58);
	icmp6(134, nobody6);
}

static const struct {
	void (*make)(void);
	bool pass;
} cases[] = {
	{ bad_mac, false },
	{ vlan, false },
	{ arp_own, true },
	{ arp_other, false },
	{ arp_other_mac, false },
	{ arp_probe, true },
	{ arp_nobody, false },
	{ own4, true },
	{ foreign4, false },
	{ dhcp, true },
	{ nobody_pings, false },
	{ dhcp_server, false },
	{ dhcp_server_options, false },
	{ fragment4, true },
	{ own6, true },
	{ foreign6, false },
	{ link_local, true },
	{ other_link_local, false },
	{ advertises, false },
	{ advertises_behind, false },
	{ advertises_fragment, false },
	{ advertises_fragment_behind, false },
	{ redirects, false },
	{ neighbour_own, true },
	{ neighbour_other, false },
	{ neighbour_router, false },
	{ duplicate_look, true },
	{ dhcp6_server, false },
	{ dhcp6_server_behind, false },
	{ lldp, false },
	{ bridge_protocol, false },
	{ reverse_arp, false },
	{ many_extensions, false },
	{ arp_own, true }, /* the last one arrives */
};

#define CASES ((int)(sizeof(cases) / sizeof(cases[0])))

static int open_device(const char *name)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (!at.sll_ifindex || fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		perror(name);
		exit(1);
	}
	return fd;
}

static int send_all(const char *device)
{
	int fd = open_device(device);

	for (int i = 0; i < CASES; i++) {
		cases[i].make();
		bytes(4, MARK >> 24, MARK >> 16 & 255, i >> 8, i);
		if (send(fd, frame, len, 0) != (ssize_t)len) {
			perror("send");
			return 1;
		}
	}
	return 0;
}

static int listen_all(const char *device)
{
	int fd = open_device(device), nr = -1;

	printf("ready\n");
	fflush(stdout);
	while (nr != CASES - 1) {
		ssize_t n = recv(fd, frame, sizeof(frame), 0);
		const unsigned char *end = frame + n;

		if (n < 18 || end[-4] != MARK >> 24 || end[-3] != (MARK >> 16 & 255))
			continue;
		nr = end[-2] << 8 | end[-1];
		printf("%d\n", nr);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "want")) {
		for (int i = 0; i < CASES; i++)
			if (cases[i].pass)
				printf("%d\n", i);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "listen"))
		return listen_all(argv[2]);
	if (argc != 6 || strcmp(argv[1], "send") ||
	    sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5]) != 6 ||
	    inet_pton(AF_INET, argv[4], ip4) != 1 || inet_pton(AF_INET6, argv[5], ip6) != 1) {
		fprintf(stderr, "usage: frames send DEVICE MAC IP4 IP6 | listen DEVICE | want\n");
		return 2;
	}
	memcpy(local6,
	       (unsigned char[]){ 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff,
				  0xfe, mac[3], mac[4], mac[5] },
	       16);
	return send_all(argv[2]);
}
