/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of a VE's ethernet devices, NETIF: "ifname=eth0,mac=...;ifname=eth1,...". No state. */
#ifndef LIBVZ_NETIF_H
#define LIBVZ_NETIF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

struct vz_err;

#define VZ_NETIF_IPS	1024

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
 * The list with one device more: "ifname[,mac,host_ifname,host_mac,bridge]", what
 * is empty is made up. One with that name is replaced. old may be NULL; *list is
 * malloc'ed. VZ_BADVALUE.
 */
int vz_netif_add(unsigned int id, const char *old, const char *arg, char **list, struct vz_err *e);
/* The list without a device, or without all ("all"). VZ_BADVALUE when it is not there. */
int vz_netif_del(const char *old, const char *name, char **list, struct vz_err *e);

bool vz_netif_has(const char *list, const char *name);
/*
 * The list with one field of a device changed: mac, host_ifname, host_mac, bridge
 * (may be empty), mac_filter (on, off), ip_filter (addresses, blank-separated, or
 * off), ratelimit (kbit/s, off). VZ_BADVALUE.
 */
int vz_netif_edit(const char *old, const char *name, const char *field, const char *value,
		  char **list, struct vz_err *e);
/*
 * The devices of a list, malloc'ed; NULL and 0 for none. A field of a list that was
 * written by hand and makes no sense is VZ_BADCONF.
 */
int vz_netif_parse(const char *list, struct vz_veth **dev, size_t *n, struct vz_err *e);

#endif /* LIBVZ_NETIF_H */
