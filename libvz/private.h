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
/* Remove a private area: one file system, never following links. */
int vz_private_remove(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_PRIVATE_H */
