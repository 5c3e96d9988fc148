/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VE's ethernet devices, NETIF: "ifname=eth0,mac=...;ifname=eth1,...". No state. */
#ifndef LIBVZ_NETIF_H
#define LIBVZ_NETIF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include "libvz/netif_field.h"

struct vz_err;

/**
 * struct vz_veth - one of them
 * @ifname, @mac: the VE's end
 * @host, @host_mac: the host's end
 * @bridge: of the host, that the host's end is a port of; empty for none
 * @filter: only frames from @mac come into the bridge
 * @ip_filter: addresses and networks that it may use, blank-separated; empty for any
 * @ratelimit: what it may send, kbit/s; 0 for any
 */
struct vz_veth {
	char ifname[IFNAMSIZ], host[IFNAMSIZ], bridge[IFNAMSIZ];
	unsigned char mac[6], host_mac[6];
	bool filter;
	char ip_filter[VZ_NETIF_IPS];
	unsigned int ratelimit;
};

/*
 * The devices of a list, malloc'ed; NULL and 0 for none. A field of a list that was
 * written by hand and makes no sense is VZ_BADCONF.
 */
int vz_netif_parse(const char *list, struct vz_veth **dev, size_t *n, struct vz_err *e);

#endif /* LIBVZ_NETIF_H */
