/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices of NETIF while options change them: many in one call cost no more than they are
 * long. Belongs to whoever opened it; one thread only.
 */
#ifndef LIBVZ_NETIF_LIST_H
#define LIBVZ_NETIF_LIST_H

#include <stdbool.h>

struct vz_err;
struct vz_netifs;

/* The devices of a text, NULL: none. NULL without memory. */
struct vz_netifs *vz_netifs_open(const char *text);
void vz_netifs_free(struct vz_netifs *l);
/* What is left of them, as a configuration has it; malloc'ed, NULL without memory. */
char *vz_netifs_text(const struct vz_netifs *l);

/*
 * One device more of VE id: "ifname[,mac,host_ifname,host_mac,bridge]", what is empty is made up.
 * One with that name is replaced. VZ_BADVALUE.
 */
int vz_netifs_add(struct vz_netifs *l, unsigned int id, const char *arg, struct vz_err *e);
/* Without a device, or without all ("all"). VZ_BADVALUE when it is not there. */
int vz_netifs_del(struct vz_netifs *l, const char *name, struct vz_err *e);
/* VZ_BADVALUE when there is no such device. */
int vz_netifs_want(const struct vz_netifs *l, const char *name, struct vz_err *e);
/*
 * One field of a device: mac, host_ifname, host_mac, bridge (may be empty), mac_filter (on, off),
 * ip_filter (addresses, blank-separated, or off), ratelimit (kbit/s, off). VZ_BADVALUE.
 */
int vz_netifs_edit(struct vz_netifs *l, const char *name, const char *field, const char *value,
		   struct vz_err *e);
/*
 * What a device of VE id has not, of mac, host_ifname and host_mac, is made up: OpenVZ did so at
 * each start. *changed is set when anything was.
 */
int vz_netifs_complete(struct vz_netifs *l, unsigned int id, bool *changed, struct vz_err *e);

#endif /* LIBVZ_NETIF_LIST_H */
