/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a VE's init does between fork and exec. */
#ifndef LIBVZ_INIT_H
#define LIBVZ_INIT_H

struct vz_conf;
struct vz_err;

/*
 * Runs as pid 1 of the VE in new namespaces of every kind: mounts, pivot,
 * network, host name. root_fd is the detached mount of the VE's root.
 */
int vz_init_setup(const struct vz_conf *c, int root_fd, struct vz_err *e);
/* Run the VE's init; returns on failure only. */
int vz_init_exec(struct vz_err *e);

#endif /* LIBVZ_INIT_H */
