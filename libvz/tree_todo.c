// SPDX-License-Identifier: GPL-2.0-or-later
/* A growing array of paths. The list belongs to its walk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/tree.h"
#include "libvz/tree_todo.h"

#define TODO_MAX	(1U << 24)

int vz_tree_todo_push(struct vz_tree_todo *k, const char *dir, const char *name)
{
	if (k->n >= TODO_MAX || strlen(dir) + strlen(name) + 1 > VZ_TREE_PATH_MAX)
		return -ENAMETOOLONG;
	if (k->n == k->cap) {
		char **p = realloc(k->path, (k->cap + 64) * 2 * sizeof(*p));

		if (!p)
			return -ENOMEM;
		k->path = p;
		k->cap = (k->cap + 64) * 2;
	}
	if (asprintf(&k->path[k->n], "%s%s%s", dir, *dir ? "/" : "", name) < 0)
		return -ENOMEM;
	k->n++;
	return 0;
}

char *vz_tree_todo_pop(struct vz_tree_todo *k)
{
	return k->n ? k->path[--k->n] : NULL;
}

int vz_tree_todo_open(struct vz_tree_todo *k, int root, const char *path)
{
	return vz_tree_cursor_open(&k->near, root, path);
}

void vz_tree_todo_clear(struct vz_tree_todo *k)
{
	vz_tree_cursor_drop(&k->near);
	while (k->n)
		free(k->path[--k->n]);
	free(k->path);
	*k = (struct vz_tree_todo){ 0 };
}
