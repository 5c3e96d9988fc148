/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private areas: made from a template, removed. Callers hold the VE's lock. */
#ifndef LIBVZ_PRIVATE_H
#define LIBVZ_PRIVATE_H

struct vz_conf;
struct vz_err;

/*
 * Unpack TEMPLATE/cache/<ostemplate>.tar.* into VE_PRIVATE (through
 * <private>.tmp, renamed at the end). Causes: VZ_NOTEMPLATE, VZ_NOSPACE,
 * VZ_CREATE, VZ_PRIVATEEXISTS. Prints progress through log.h.
 */
int vz_private_create(const struct vz_conf *c, const char *ostemplate, struct vz_err *e);
/*
 * For one that does not come from a template: the place for it is there and is
 * free, and closed to the host's users.
 */
int vz_private_place(const struct vz_conf *c, struct vz_err *e);
/* VZ_BADVALUE: one that is there is open to the host's users. */
int vz_private_closed(const struct vz_conf *c, struct vz_err *e);
/* An empty folder that is to become it, its disk space counted and limited. */
int vz_private_make(const struct vz_conf *c, const char *path, struct vz_err *e);
/* That folder, with all that is in it, becomes the private area. */
int vz_private_settle(const struct vz_conf *c, const char *path, struct vz_err *e);
/* Remove a private area: one file system, never following links. */
int vz_private_remove(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_PRIVATE_H */
