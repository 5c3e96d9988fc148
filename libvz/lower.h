/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared part of layout overlay: TEMPLATE/overlay/<ostemplate>-<digest of the
 * archive>, a template that was unpacked once, to which nobody writes. A configuration
 * names it (VE_LOWER), so a newer archive never changes a VE, and the same digest
 * means the same files on every host. Lock: the folder TEMPLATE/overlay, taken here.
 */
#ifndef LIBVZ_LOWER_H
#define LIBVZ_LOWER_H

struct vz_conf;
struct vz_err;

/* Of TEMPLATE/cache/<ostemplate>.tar.*, unpacked when it is not there; sets VE_LOWER. */
int vz_lower_choose(struct vz_conf *c, const char *ostemplate, struct vz_err *e);
/*
 * The folder that VE_LOWER names, into path (PATH_MAX). When it is not there, the
 * archive with its digest is unpacked. Causes: VZ_BADCONF, VZ_NOTEMPLATE, VZ_NOSPACE.
 */
int vz_lower_ready(const struct vz_conf *c, char *path, struct vz_err *e);

#endif /* LIBVZ_LOWER_H */
