/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of ARP (RFC 826) and of neighbour discovery (RFC 4861) on an Ethernet. No state. */
#ifndef LIBVZ_NEIGHBOUR_H
#define LIBVZ_NEIGHBOUR_H

#include <stdbool.h>
#include <stddef.h>

struct vz_ip;
struct vz_nic;

#define VZ_MAC_TEXT	18

struct vz_frame {
	size_t n;
	unsigned char data[96];
};

/* Tell the link that nic answers for ip now: gratuitous ARP, unsolicited advertisement. */
void vz_frame_announce(struct vz_frame *f, const struct vz_nic *nic, const struct vz_ip *ip);
/*
 * Ask the link who answers for ip. ARP asks as the nic's own IPv4 address: hosts that
 * answer for their VEs do not answer a request without a sender (RFC 5227's probe).
 */
void vz_frame_ask(struct vz_frame *f, const struct vz_nic *nic, const struct vz_ip *ip);
/* The frame of n bytes says that its sender has ip; mac: whose. */
bool vz_frame_claims(const void *frame, size_t n, const struct vz_ip *ip, unsigned char mac[6]);
/* fd: a packet socket. 0 or -errno. */
int vz_frame_send(int fd, const struct vz_nic *nic, const struct vz_frame *f);

#endif /* LIBVZ_NEIGHBOUR_H */
