/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VE's cgroup: made at its start, removed at its end. Callers hold the VE's lock. */
#ifndef LIBVZ_VE_CGROUP_H
#define LIBVZ_VE_CGROUP_H

struct vz_conf;
struct vz_err;
struct vz_ip;

/* Ownership of one address, ve.ip. -EADDRINUSE is VZ_IPUSED; deleting an unknown one is 0. */
int vz_cgroup_add_ip(unsigned int id, const struct vz_ip *ip, struct vz_err *e);
int vz_cgroup_del_ip(unsigned int id, const struct vz_ip *ip, struct vz_err *e);

/*
 * Make the cgroup: <id>, payload, criu; limits of the configuration, ve.id,
 * ve.features, ve.ip; payload owned by the VE's root. A VE already bound
 * and STOPPED is met again (its cgroup is reused, limits set anew).
 * -EADDRINUSE (VZ_IPUSED) when an address belongs to another VE.
 */
/* FEATURES of a configuration has NAME:on, or NAME alone. */
bool vz_feature_is_on(const struct vz_conf *c, const char *name);
int vz_ve_cgroup_create(const struct vz_conf *c, struct vz_err *e);
/* Kill what is left, remove all directories below, then <id> itself. */
int vz_ve_cgroup_remove(unsigned int id, struct vz_err *e);

#endif /* LIBVZ_VE_CGROUP_H */
