// SPDX-License-Identifier: GPL-2.0-or-later
/* The sum of what a tree uses on disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/tree.h"
#include "libvz/tree_todo.h"
#include "vzmigrate/copy_usage.h"

static int add_usage(int root, const char *path, struct vz_tree_todo *k, uint64_t *bytes)
{
	cleanup_dir DIR *d = NULL;
	int fd = vz_tree_todo_open(k, root, path), ret = 0;
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
			ret = vz_tree_todo_push(k, path, de->d_name);
	}
	return ret;
}

int copy_usage(int root, uint64_t *bytes)
{
	struct vz_tree_todo k = { 0 };
	int ret;

	*bytes = 0;
	ret = add_usage(root, "", &k, bytes);
	while (!ret && k.n) {
		cleanup_free char *path = vz_tree_todo_pop(&k);

		ret = add_usage(root, path, &k, bytes);
	}
	vz_tree_todo_clear(&k);
	return ret;
}
