/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder tree whose names nobody may trust: paths from a peer or from inside
 * a VE are checked, and resolved beneath a descriptor without following a link
 * or leaving the file system. Removal is bounded in descriptors, memory and
 * stack, however deep and wide the tree is.
 */
#ifndef LIBVZ_TREE_H
#define LIBVZ_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "libvz/err.h"

#define VZ_TREE_PATH_MAX	32768

/* One component: not empty, not . or .., no slash, no NUL, at most 255 bytes. */
bool vz_tree_name_ok(const void *name, size_t len);
/* Relative path of such components; empty is the root itself. */
bool vz_tree_path_ok(const void *path, size_t len);

/* Folder path beneath root; path of any length. Descriptor or negative errno. */
int vz_tree_open(int root, const char *path);

/*
 * Remove dirfd/name, a tree of any depth, through the staging folder (same
 * file system, nobody else's). Immutable and append-only flags are taken off
 * what is in the way. Adds what was removed to *count, which may be NULL. All
 * that can be is removed; the first failure is returned. 0 when it is not there.
 */
int vz_tree_remove(int dirfd, const char *name, int stage, uint64_t *count);
/*
 * The same with <path>.trash as the staging folder, which is gone afterwards,
 * with what an earlier removal may have left in it. path loses its name at once.
 */
int vz_path_remove(const char *path, struct vz_err *e);

#endif /* LIBVZ_TREE_H */
