/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VE's side of its network: called inside its network namespace. */
#ifndef LIBVZ_NET_VE_H
#define LIBVZ_NET_VE_H

struct vz_conf;
struct vz_err;
struct vz_ip;

/* Called inside the VE's network namespace: lo, venet0, addresses, default routes. */
int vz_net_inside(const struct vz_conf *c, struct vz_err *e);
/* Inside as well: one address more or less. */
int vz_net_inside_add(const struct vz_ip *ip, unsigned int nr, struct vz_err *e);
int vz_net_inside_del(const struct vz_ip *ip, struct vz_err *e);

#endif /* LIBVZ_NET_VE_H */
