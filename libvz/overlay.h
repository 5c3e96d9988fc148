/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layout overlay: all VEs that were made from a template share its files (lower.h), on
 * disk and in the page cache. The private area of a VE has only what differs, in two
 * folders: upper and work.
 * Callers hold the VE's lock.
 */
#ifndef LIBVZ_OVERLAY_H
#define LIBVZ_OVERLAY_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

bool vz_is_overlay(const struct vz_conf *c);

/* upper and work, in an area that is new. */
int vz_overlay_make(int area, struct vz_err *e);
/* What the VE has changed. Descriptor or negative errno. */
int vz_overlay_upper(int area);

/* Detached mount of the VE's files, with its range of ids; attr: MOUNT_ATTR_*. */
int vz_overlay_mount(const struct vz_conf *c, unsigned long attr, int *fd, struct vz_err *e);
/*
 * A folder with the VE's files as a disk of its own would have them, read-only: ids are
 * the VE's. While the VE writes, it may show what was there before: open it again.
 */
int vz_overlay_view(const struct vz_conf *c, int *fd, struct vz_err *e);
/* The same as a detached mount. */
int vz_overlay_view_mount(const struct vz_conf *c, int *mnt, struct vz_err *e);
/* The same for a new area, to be filled: what is written is in its upper layer. */
int vz_overlay_fill(const struct vz_conf *c, int area, int *fd, struct vz_err *e);

#endif /* LIBVZ_OVERLAY_H */
