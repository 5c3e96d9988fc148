/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk over a tree from a list of paths: the depth of the tree costs neither
 * a descriptor nor stack.
 */
#ifndef VZMIGRATE_COPY_WALK_H
#define VZMIGRATE_COPY_WALK_H

#include <stddef.h>
#include <stdint.h>

/* Folders still to be walked: a stack, so the list stays short. */
struct copy_walk {
	char **path;
	size_t n, cap;
};

/* -ENOMEM; -ENAMETOOLONG: deeper or wider than any tree of ours may be. */
int copy_walk_push(struct copy_walk *k, const char *dir, const char *name);
/* The path pushed last, now the caller's; NULL when there is none. */
char *copy_walk_pop(struct copy_walk *k);
void copy_walk_clear(struct copy_walk *k);

/* Bytes used on disk by the tree at root, for estimates. */
int copy_usage(int root, uint64_t *bytes);

#endif /* VZMIGRATE_COPY_WALK_H */
