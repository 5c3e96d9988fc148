// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel runs the program for each frame that comes out of the VE, before a
 * bridge sees it. It has the addresses as constants: nothing is looked up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include "libvz/bpf.h"
#include "libvz/cleanup.h"
#include "libvz/ip.h"
#include "libvz/veth_filter.h"

#define NAME		"ve_veth"	/* of the program */
#define MOST		64	/* addresses */
#define HEADERS		6	/* extension headers of IPv6 that are looked behind */

#define ETH		14	/* where IP begins in a frame */
#define DHCP_SERVER	67
#define DHCP_CLIENT	68
#define DHCP6_SERVER	547

/* Registers that a load from the packet keeps; R6 must be the context for it. */
#define CTX	BPF_REG_6
#define A	BPF_REG_7
#define B	BPF_REG_8
#define C	BPF_REG_9

struct filter {
	struct vz_bpf *p;
	const unsigned char *mac;
	const struct vz_ips *ips;
	int pass, drop;
};

static uint32_t be32(const unsigned char *b)
{
	return (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static uint64_t be64(const unsigned char *b)
{
	return (uint64_t)be32(b) << 32 | be32(b + 4);
}

/* Ones in the upper n of 64 bits. */
static uint64_t mask_of(unsigned int n)
{
	return n == 0 ? 0 : n >= 64 ? ~0ULL : ~(~0ULL >> n);
}

/* The packet has mac at off, or the frame is dropped. */
static void want_mac(const struct filter *f, int off)
{
	vz_bpf_packet(f->p, BPF_W, off);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, be32(f->mac), f->drop);
	vz_bpf_packet(f->p, BPF_H, off + 4);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, f->mac[4] << 8 | f->mac[5], f->drop);
}

/* To good when the IPv4 address in A is one of the list. Return: there are some. */
static bool match4(const struct filter *f, int good)
{
	bool any = false;

	for (size_t i = 0; i < f->ips->n; i++) {
		const struct vz_ip *ip = &f->ips->ip[i];
		uint32_t mask = (uint32_t)(mask_of(ip->len + 32) & 0xffffffff);

		if (ip->family != AF_INET)
			continue;
		any = true;
		vz_bpf_op_reg(f->p, BPF_MOV, BPF_REG_1, A);
		vz_bpf_put(f->p, BPF_ALU | BPF_AND | BPF_K, BPF_REG_1, 0, 0, (int32_t)mask);
		vz_bpf_jump_if(f->p, BPF_JEQ, BPF_REG_1, ntohl(ip->v4.s_addr) & mask, good);
	}
	return any;
}

/* Likewise IPv6 in A and B, with len bits of addr. */
static void match6_one(const struct filter *f, const unsigned char *addr, unsigned int len,
		       int good)
{
	uint64_t high = mask_of(len), low = mask_of(len > 64 ? len - 64 : 0);
	int next = vz_bpf_label(f->p);

	vz_bpf_const(f->p, BPF_REG_1, high);
	vz_bpf_op_reg(f->p, BPF_AND, BPF_REG_1, A);
	vz_bpf_const(f->p, BPF_REG_2, be64(addr) & high);
	vz_bpf_jump_reg(f->p, BPF_JNE, BPF_REG_1, BPF_REG_2, next);
	vz_bpf_const(f->p, BPF_REG_1, low);
	vz_bpf_op_reg(f->p, BPF_AND, BPF_REG_1, B);
	vz_bpf_const(f->p, BPF_REG_2, be64(addr + 8) & low);
	vz_bpf_jump_reg(f->p, BPF_JEQ, BPF_REG_1, BPF_REG_2, good);
	vz_bpf_place(f->p, next);
}

static void match6(const struct filter *f, int good)
{
	const unsigned char *m = f->mac;
	unsigned char own[16] = {
		0xfe, 0x80, 0, 0, 0, 0, 0, 0, m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5],
	};

	match6_one(f, own, 128, good);
	for (size_t i = 0; i < f->ips->n; i++)
		if (f->ips->ip[i].family == AF_INET6)
			match6_one(f, f->ips->ip[i].v6.s6_addr, f->ips->ip[i].len, good);
}

/* IPv6 address at off, or at off behind C, into A and B. */
static void load6(const struct filter *f, bool at_c, int off)
{
	for (int i = 0; i < 4; i++) {
		int reg = i < 2 ? A : B;

		if (at_c)
			vz_bpf_packet_at(f->p, BPF_W, C, off + 4 * i);
		else
			vz_bpf_packet(f->p, BPF_W, off + 4 * i);
		if (i % 2) {
			vz_bpf_op(f->p, BPF_LSH, reg, 32);
			vz_bpf_op_reg(f->p, BPF_OR, reg, BPF_REG_0);
		} else {
			vz_bpf_op_reg(f->p, BPF_MOV, reg, BPF_REG_0);
		}
	}
}

static void write_arp(const struct filter *f)
{
	/* Ethernet and IPv4, with addresses of 6 and 4 bytes. */
	vz_bpf_packet(f->p, BPF_W, ETH);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 1 << 16 | ETHERTYPE_IP, f->drop);
	vz_bpf_packet(f->p, BPF_H, ETH + 4);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 6 << 8 | 4, f->drop);
	want_mac(f, ETH + 8);
	vz_bpf_packet(f->p, BPF_W, ETH + 14);
	vz_bpf_op_reg(f->p, BPF_MOV, A, BPF_REG_0);
	match4(f, f->pass);
	/* A probe: a request from nobody. */
	vz_bpf_jump_if(f->p, BPF_JNE, A, 0, f->drop);
	vz_bpf_packet(f->p, BPF_H, ETH + 6);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 1, f->drop);
	vz_bpf_jump(f->p, f->pass);
}

/* A = offset of what is behind the IPv4 header. */
static void skip_header4(const struct filter *f)
{
	vz_bpf_packet(f->p, BPF_B, ETH);
	vz_bpf_op(f->p, BPF_AND, BPF_REG_0, 0xf);
	vz_bpf_op(f->p, BPF_LSH, BPF_REG_0, 2);
	vz_bpf_op_reg(f->p, BPF_MOV, A, BPF_REG_0);
}

static void write_ip4(const struct filter *f)
{
	int known = vz_bpf_label(f->p);
	bool any;

	vz_bpf_packet(f->p, BPF_W, ETH + 12);
	vz_bpf_op_reg(f->p, BPF_MOV, A, BPF_REG_0);
	any = match4(f, known);
	/* Nobody yet: asks for an address, and nothing else. */
	vz_bpf_jump_if(f->p, BPF_JNE, A, 0, f->drop);
	vz_bpf_packet(f->p, BPF_H, ETH + 6);
	vz_bpf_op(f->p, BPF_AND, BPF_REG_0, 0x3fff);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 0, f->drop);
	vz_bpf_packet(f->p, BPF_B, ETH + 9);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, IPPROTO_UDP, f->drop);
	skip_header4(f);
	vz_bpf_packet_at(f->p, BPF_W, A, ETH);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, DHCP_CLIENT << 16 | DHCP_SERVER, f->drop);
	vz_bpf_jump(f->p, f->pass);

	/* The kernel refuses a program with a part that nothing leads to. */
	if (!any)
		return;
	vz_bpf_place(f->p, known);
	vz_bpf_packet(f->p, BPF_B, ETH + 9);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, IPPROTO_UDP, f->pass);
	/* Ports are in the first fragment. */
	vz_bpf_packet(f->p, BPF_H, ETH + 6);
	vz_bpf_op(f->p, BPF_AND, BPF_REG_0, 0x1fff);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 0, f->pass);
	skip_header4(f);
	vz_bpf_packet_at(f->p, BPF_H, A, ETH);
	vz_bpf_jump_if(f->p, BPF_JEQ, BPF_REG_0, DHCP_SERVER, f->drop);
	vz_bpf_jump(f->p, f->pass);
}

static const int extensions[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS };

/* A is the kind of the header at C: behind extensions, both are of what follows. */
static void skip_extensions(const struct filter *f)
{
	int end = vz_bpf_label(f->p);

	for (int i = 0; i <= HEADERS; i++) {
		int skip = vz_bpf_label(f->p);

		for (size_t k = 0; k < sizeof(extensions) / sizeof(extensions[0]); k++)
			vz_bpf_jump_if(f->p, BPF_JEQ, A, extensions[k],
				       i < HEADERS ? skip : f->drop);
		vz_bpf_jump(f->p, end);
		vz_bpf_place(f->p, skip);
		if (i == HEADERS)
			break;
		vz_bpf_packet_at(f->p, BPF_B, C, 1);
		vz_bpf_op_reg(f->p, BPF_MOV, B, BPF_REG_0);
		vz_bpf_packet_at(f->p, BPF_B, C, 0);
		vz_bpf_op_reg(f->p, BPF_MOV, A, BPF_REG_0);
		vz_bpf_op(f->p, BPF_ADD, B, 1);
		vz_bpf_op(f->p, BPF_LSH, B, 3);
		vz_bpf_op_reg(f->p, BPF_ADD, C, B);
	}
	vz_bpf_place(f->p, end);
}

static void write_ip6(const struct filter *f)
{
	int known = vz_bpf_label(f->p), whole = vz_bpf_label(f->p);
	int icmp = vz_bpf_label(f->p), udp = vz_bpf_label(f->p);

	load6(f, false, ETH + 8);
	match6(f, known);
	/* Nobody yet. */
	vz_bpf_op_reg(f->p, BPF_OR, A, B);
	vz_bpf_const(f->p, BPF_REG_1, 0);
	vz_bpf_jump_reg(f->p, BPF_JNE, A, BPF_REG_1, f->drop);

	vz_bpf_place(f->p, known);
	vz_bpf_op(f->p, BPF_MOV, C, ETH + 40);
	vz_bpf_packet(f->p, BPF_B, ETH + 6);
	vz_bpf_op_reg(f->p, BPF_MOV, A, BPF_REG_0);
	skip_extensions(f);
	vz_bpf_jump_if(f->p, BPF_JNE, A, IPPROTO_FRAGMENT, whole);
	vz_bpf_packet_at(f->p, BPF_H, C, 2);
	vz_bpf_op(f->p, BPF_AND, BPF_REG_0, 0xfff8);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 0, f->pass);
	vz_bpf_packet_at(f->p, BPF_B, C, 0);
	vz_bpf_op_reg(f->p, BPF_MOV, A, BPF_REG_0);
	vz_bpf_op(f->p, BPF_ADD, C, 8);
	skip_extensions(f);

	vz_bpf_place(f->p, whole);
	vz_bpf_jump_if(f->p, BPF_JEQ, A, IPPROTO_ICMPV6, icmp);
	vz_bpf_jump_if(f->p, BPF_JEQ, A, IPPROTO_UDP, udp);
	vz_bpf_jump(f->p, f->pass);

	vz_bpf_place(f->p, udp);
	vz_bpf_packet_at(f->p, BPF_H, C, 0);
	vz_bpf_jump_if(f->p, BPF_JEQ, BPF_REG_0, DHCP6_SERVER, f->drop);
	vz_bpf_jump(f->p, f->pass);

	/* Router advertisement, redirect, neighbour advertisement. */
	vz_bpf_place(f->p, icmp);
	vz_bpf_packet_at(f->p, BPF_B, C, 0);
	vz_bpf_jump_if(f->p, BPF_JEQ, BPF_REG_0, 134, f->drop);
	vz_bpf_jump_if(f->p, BPF_JEQ, BPF_REG_0, 137, f->drop);
	vz_bpf_jump_if(f->p, BPF_JNE, BPF_REG_0, 136, f->pass);
	load6(f, true, 8);
	match6(f, f->pass);
	vz_bpf_jump(f->p, f->drop);
}

int vz_veth_filter_write(struct vz_bpf *p, const unsigned char mac[6], const struct vz_ips *ips)
{
	struct filter f = { p, mac, ips, 0, 0 };
	int arp, ip4, ip6;

	if (ips->n > MOST)
		return -E2BIG;
	f.pass = vz_bpf_label(p);
	f.drop = vz_bpf_label(p);
	arp = vz_bpf_label(p);
	ip4 = vz_bpf_label(p);
	ip6 = vz_bpf_label(p);
	vz_bpf_op_reg(p, BPF_MOV, CTX, BPF_REG_1);
	vz_bpf_put(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, CTX,
		   offsetof(struct __sk_buff, vlan_present), 0);
	vz_bpf_jump_if(p, BPF_JNE, BPF_REG_0, 0, f.drop);
	want_mac(&f, 6);
	vz_bpf_packet(p, BPF_H, 12);
	vz_bpf_jump_if(p, BPF_JEQ, BPF_REG_0, ETHERTYPE_ARP, arp);
	vz_bpf_jump_if(p, BPF_JEQ, BPF_REG_0, ETHERTYPE_IP, ip4);
	vz_bpf_jump_if(p, BPF_JEQ, BPF_REG_0, ETHERTYPE_IPV6, ip6);
	vz_bpf_jump(p, f.drop);
	vz_bpf_place(p, arp);
	write_arp(&f);
	vz_bpf_place(p, ip4);
	write_ip4(&f);
	vz_bpf_place(p, ip6);
	write_ip6(&f);
	vz_bpf_place(p, f.drop);
	vz_bpf_return(p, TCX_DROP);
	vz_bpf_place(p, f.pass);
	vz_bpf_return(p, TCX_NEXT);
	return vz_bpf_finish(p);
}

int vz_veth_filter_set(int ifindex, const unsigned char mac[6], const struct vz_ips *ips)
{
	cleanup_bpf struct vz_bpf p = { 0 };
	cleanup_close int fd = -1;
	int ret;

	if (!ips->n)
		return vz_bpf_ingress(-1, NAME, ifindex);
	ret = vz_veth_filter_write(&p, mac, ips);
	if (ret)
		return ret;
	fd = vz_bpf_load(&p, NAME);
	return fd < 0 ? fd : vz_bpf_ingress(fd, NAME, ifindex);
}
