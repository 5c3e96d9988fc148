// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of folders still to be looked at, and the sum of what a tree uses. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/tree.h"
#include "vzmigrate/copy_walk.h"

#define DEPTH_OF_LIST	(1U << 24)

int copy_walk_push(struct copy_walk *k, const char *dir, const char *name)
{
	if (k->n >= DEPTH_OF_LIST || strlen(dir) + strlen(name) + 1 > VZ_TREE_PATH_MAX)
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

char *copy_walk_pop(struct copy_walk *k)
{
	return k->n ? k->path[--k->n] : NULL;
}

void copy_walk_clear(struct copy_walk *k)
{
	while (k->n)
		free(k->path[--k->n]);
	free(k->path);
	*k = (struct copy_walk){ 0 };
}

static int add_usage(int root, const char *path, struct copy_walk *k, uint64_t *bytes)
{
	cleanup_dir DIR *d = NULL;
	int fd = vz_tree_open(root, path), ret = 0;
	struct dirent *de;

	if (fd < 0)
		return *path ? 0 : fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret && (de = readdir(d))) {
		struct stat st;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		*bytes += st.st_blocks * 512 / (S_ISDIR(st.st_mode) ? 1 : st.st_nlink);
		if (S_ISDIR(st.st_mode))
			ret = copy_walk_push(k, path, de->d_name);
	}
	return ret;
}

int copy_usage(int root, uint64_t *bytes)
{
	struct copy_walk k = { 0 };
	int ret;

	*bytes = 0;
	ret = add_usage(root, "", &k, bytes);
	while (!ret && k.n) {
		cleanup_free char *path = copy_walk_pop(&k);

		ret = add_usage(root, path, &k, bytes);
	}
	copy_walk_clear(&k);
	return ret;
}
