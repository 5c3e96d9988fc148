/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts with the ids of a VE's range. */
#ifndef LIBVZ_MOUNT_IDMAP_H
#define LIBVZ_MOUNT_IDMAP_H

#include <sys/types.h>

struct vz_err;

/* A user namespace that maps 0..65535 to base.., as a descriptor; no process stays in it. */
int vz_userns_open(unsigned int base, int *fd, struct vz_err *e);
/* Writes "0 base 65536" to uid_map and gid_map of a process in a new user namespace. */
int vz_userns_map(pid_t pid, unsigned int base, struct vz_err *e);
/* Detached, private, id-mapped copy of the mount below path; attr: MOUNT_ATTR_* to set. */
int vz_mount_idmapped(const char *path, unsigned int base, unsigned long attr, int *fd,
		      struct vz_err *e);

#endif /* LIBVZ_MOUNT_IDMAP_H */
