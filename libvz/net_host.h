/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's side of a VE's network. Callers hold the VE's lock. */
#ifndef LIBVZ_NET_HOST_H
#define LIBVZ_NET_HOST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct vz_conf;
struct vz_err;
struct vz_ip;

/* Host devices on whose link the VEs' addresses are answered for (NEIGHBOUR_DEVS). */
struct vz_nic {
	char name[16];
	int ifindex;
	unsigned char mac[6];
	struct in_addr v4;	/* its own address; 0.0.0.0 without one */
};
int vz_nics(const struct vz_conf *c, struct vz_nic **nics, size_t *n, struct vz_err *e);

/* Host side of one address: route and proxy entries. */
int vz_net_host_add(const struct vz_conf *c, const struct vz_ip *ip, bool announce, struct vz_err *e);
int vz_net_host_del(const struct vz_conf *c, const struct vz_ip *ip, struct vz_err *e);

/*
 * Host side of the network: venet0 up, route and proxy neighbour entry for
 * each address of the configuration, announcement (gratuitous ARP, NA) when
 * announce. Idempotent. _down removes routes and neighbour entries.
 */
int vz_ve_net_up(const struct vz_conf *c, bool announce, struct vz_err *e);
int vz_ve_net_down(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_NET_HOST_H */
