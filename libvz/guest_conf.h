/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a VE's own configuration, written on its private area (running or not). */
#ifndef LIBVZ_GUEST_CONF_H
#define LIBVZ_GUEST_CONF_H

struct vz_conf;
struct vz_err;

/* /etc/hostname and its line in /etc/hosts. */
int vz_guest_hostname(const struct vz_conf *c, struct vz_err *e);
/* /etc/resolv.conf; NAMESERVER="inherit" takes the host's. */
int vz_guest_resolver(const struct vz_conf *c, struct vz_err *e);

/* Before the start, on the private area: static nodes of /dev, names and resolver. */
int vz_prepare_private(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_GUEST_CONF_H */
