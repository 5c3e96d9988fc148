/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folders that a walk over a tree has still to look at, as paths: the depth of the
 * tree costs neither a descriptor each nor stack, and no time for each folder (tree_cursor.h).
 */
#ifndef LIBVZ_TREE_TODO_H
#define LIBVZ_TREE_TODO_H

#include <stddef.h>
#include "libvz/tree_cursor.h"

/* A stack, so the list stays short. Empty when it is zero. */
struct vz_tree_todo {
	char **path;
	size_t n, cap;
	struct vz_tree_cursor near;
};

/* -ENOMEM; -ENAMETOOLONG: deeper or wider than any tree of ours may be. */
int vz_tree_todo_push(struct vz_tree_todo *k, const char *dir, const char *name);
/* The path pushed last, now the caller's; NULL when there is none. */
char *vz_tree_todo_pop(struct vz_tree_todo *k);
/* A folder of the walk, beneath its root: descriptor or negative errno, as vz_tree_open(). */
int vz_tree_todo_open(struct vz_tree_todo *k, int root, const char *path);
/* The walk is over: another one finds nothing of it. */
void vz_tree_todo_clear(struct vz_tree_todo *k);

#endif /* LIBVZ_TREE_TODO_H */
