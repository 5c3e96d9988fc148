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

/* Host side of one address: route and proxy entries. */
int vz_net_host_add(const struct vz_conf *c, const struct vz_ip *ip, bool announce,
		    struct vz_err *e);
int vz_net_host_del(const struct vz_conf *c, const struct vz_ip *ip, struct vz_err *e);

/*
 * Host side of the network: venet0 up, route and proxy neighbour entry for
 * each address of the configuration, announcement (gratuitous ARP, NA) when
 * announce. Idempotent. _down removes routes and neighbour entries.
 */
int vz_ve_net_up(const struct vz_conf *c, bool announce, struct vz_err *e);
int vz_ve_net_down(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_NET_HOST_H */
