/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders of one tree opened one after another, in about the order of a walk. A few of those
 * above the last one stay open, so that the next is found from there and not from the root: a
 * tree costs its number of folders and not that times its depth. The descriptors belong to the
 * cursor, and what they are of may have moved meanwhile: drop it before a tree is looked at anew.
 */
#ifndef LIBVZ_TREE_CURSOR_H
#define LIBVZ_TREE_CURSOR_H

#include <stddef.h>

#define VZ_TREE_CURSOR_MAX	64

/* Empty when it is zero. */
struct vz_tree_cursor {
	char *path;		/* of the deepest that is open */
	unsigned int n;
	struct { size_t len; int fd; } at[VZ_TREE_CURSOR_MAX];	/* a part of the path, ascending */
};

/* As vz_tree_open(), the same root each time; the descriptor is the caller's. */
int vz_tree_cursor_open(struct vz_tree_cursor *c, int root, const char *path);
void vz_tree_cursor_drop(struct vz_tree_cursor *c);

#endif /* LIBVZ_TREE_CURSOR_H */
