/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of a VE's ethernet devices, NETIF: "ifname=eth0,mac=...;ifname=eth1,...". No state. */
#ifndef LIBVZ_NETIF_H
#define LIBVZ_NETIF_H

struct vz_err;

/*
 * The list with one device more: "ifname[,mac,host_ifname,host_mac,bridge]", what
 * is empty is made up. One with that name is replaced. old may be NULL; *list is
 * malloc'ed. VZ_BADVALUE.
 */
int vz_netif_add(unsigned int id, const char *old, const char *arg, char **list, struct vz_err *e);
/* The list without a device, or without all ("all"). VZ_BADVALUE when it is not there. */
int vz_netif_del(const char *old, const char *name, char **list, struct vz_err *e);

#endif /* LIBVZ_NETIF_H */
