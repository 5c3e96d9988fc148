/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside a VE, seen from the host: the only way in which the tools touch files
 * that a VE's root owns. The private area and the VE's root are one file
 * system, so this works for a running VE as well. A path is resolved beneath
 * the area, follows no link and no mount, and leads to folders and regular
 * files only; nothing waits, and what is read is bounded. tests/lint-paths
 * keeps other ways out.
 *
 * Layout overlay: what the VE sees is no folder on disk, but a mount with the ids of
 * its range, at VE_ROOT or, for as long as the handle is open, nowhere. The calling
 * thread then acts on file systems as the VE's root, with all rights it has; owners
 * that are set must be moved by base.
 */
#ifndef LIBVZ_GUEST_H
#define LIBVZ_GUEST_H

#include <sys/types.h>
#include "libvz/conf.h"
#include "libvz/err.h"

/* Owner of its descriptor; released by vz_guest_close() or cleanup_guest. */
struct vz_guest {
	int root;
	unsigned int base;	/* id that stands for 0 of the VE */
};

#define VZ_GUEST_NONE	{ .root = -1 }

int vz_guest_open(const struct vz_conf *c, struct vz_guest *g, struct vz_err *e);
/*
 * The same to be copied from: all ids are the VE's own, and the caller's are left alone.
 * Layout overlay: read-only (vz_overlay_view()).
 */
int vz_guest_open_disk(const struct vz_conf *c, struct vz_guest *g, struct vz_err *e);
void vz_guest_close(struct vz_guest *g);
#define cleanup_guest	__attribute__((cleanup(vz_guest_close)))

/* A folder, "" is the root. Descriptor or negative errno; -ELOOP: a link is on the way. */
int vz_guest_folder(const struct vz_guest *g, const char *path);
/* A regular file whole, at most max bytes (-EFBIG); -EINVAL when it is something else. */
int vz_guest_read(const struct vz_guest *g, const char *path, size_t max, char **text);
/*
 * Replace a file of a folder: temporary file, fsync, rename. The name itself is
 * replaced, not followed. Owner and mode are those of the old file, else 0:0 and mode.
 */
int vz_guest_replace(const struct vz_guest *g, const char *dir, const char *name,
		     const char *text, mode_t mode);

#endif /* LIBVZ_GUEST_H */
