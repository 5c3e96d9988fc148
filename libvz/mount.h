/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VE's root: id-mapped mounts of its private area. Callers hold the VE's lock. */
#ifndef LIBVZ_MOUNT_H
#define LIBVZ_MOUNT_H

#include <sys/types.h>

struct vz_conf;
struct vz_err;

/* The host's id-mapped, nosuid, nodev mount on VE_ROOT; runs action scripts. 0 when mounted
 * already. */
int vz_ve_mount(const struct vz_conf *c, struct vz_err *e);
int vz_ve_umount(const struct vz_conf *c, struct vz_err *e);
/*
 * Id-mapped mount of the private area without nosuid and nodev, as a
 * detached mount descriptor (open_tree), for the mount namespace of a helper
 * that starts or restores the VE. Flags say whether to attach it at VE_ROOT
 * of the calling mount namespace (which must not be the host's).
 */
int vz_ve_open_root(const struct vz_conf *c, int *fd, struct vz_err *e);

#endif /* LIBVZ_MOUNT_H */
