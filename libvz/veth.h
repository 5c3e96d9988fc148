/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet devices of a VE (NETIF): pairs of which one end is the host's, the
 * other the VE's, which configures it as it likes. The kernel removes a pair
 * with the VE's network namespace. Callers hold the VE's lock.
 */
#ifndef LIBVZ_VETH_H
#define LIBVZ_VETH_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/* Make all devices of the configuration, in the namespace of the VE's init. None or all. */
int vz_veth_up(const struct vz_conf *c, struct vz_err *e);
/*
 * For a restore: all pairs with both ends here, the host's a port of its bridge and
 * down. each is called with the name that the VE's end has inside, and the one it has
 * here until it is moved there.
 */
int vz_veth_stage(const struct vz_conf *c, struct vz_err *e);
int vz_veth_staged(const struct vz_conf *c,
		   int (*each)(const char *ifname, const char *here, void *arg), void *arg,
		   struct vz_err *e);
/* The restore is over: pairs whose end nobody wanted go; all: every one. */
void vz_veth_unstage(const struct vz_conf *c, bool all);
/* Make a running VE go from one configuration to the other: all of it or nothing. */
int vz_veth_change(const struct vz_conf *to, const struct vz_conf *from, struct vz_err *e);
/*
 * on: no frame passes, which no sender can tell from one that got lost. off: they
 * do, and the bridges are told where the addresses are. Devices that are gone are left out.
 */
int vz_veth_hold(const struct vz_conf *c, bool on, struct vz_err *e);

#endif /* LIBVZ_VETH_H */
