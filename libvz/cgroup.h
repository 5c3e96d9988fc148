/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cgroup tree: what libvz itself shares about it. */
#ifndef LIBVZ_CGROUP_H
#define LIBVZ_CGROUP_H

#include "libvz/value.h"
#include "libvz/ve.h"

#define VZ_CGROUP_ROOT	"/sys/fs/cgroup"

/*
 * The delegated base exists and has the controllers ve, memory, cpu, io and
 * pids switched on from the root down. A process that lies in the base itself
 * (our daemon) must be in base/daemon before.
 */
int vz_cgroup_prepare(struct vz_err *e);
/* Is anything left below <id>? */
bool vz_cgroup_populated(unsigned int id);
/* Cgroup of a process, relative to the root of the hierarchy, "/..." (PATH_MAX buffer). */
int vz_cgroup_of(pid_t pid, char *buf, struct vz_err *e);
/* ve.exit: how the last run ended, "none" when unknown; buf of 16. */
char *vz_ve_exit_word(unsigned int id, char *buf);
/* Ownership of one address, ve.ip. -EADDRINUSE is exit 78; deleting an unknown one is 0. */
int vz_cgroup_add_ip(unsigned int id, const struct vz_ip *ip, struct vz_err *e);
int vz_cgroup_del_ip(unsigned int id, const struct vz_ip *ip, struct vz_err *e);

/* Does a VE other than id own the address? */
bool vz_ip_is_foreign(unsigned int id, const struct vz_ip *ip);
/* Ids of all cgroups below the base; malloc'ed. */
size_t vz_cgroup_ids(unsigned int **ids);

#endif /* LIBVZ_CGROUP_H */
