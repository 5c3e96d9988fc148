// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/tree_room.h"

/*
 * Takes something out of a folder: 1. 0 when it has folders only, of which next is one; -ENOENT
 * when it is empty.
 */
static int drop_from(int fd, char next[NAME_MAX + 1])
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *de;

	*next = '\0';
	if (!d) {
		if (copy >= 0)
			close(copy);
		return -errno;
	}
	while ((de = readdir(d))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		if (!unlinkat(fd, de->d_name, 0) || !unlinkat(fd, de->d_name, AT_REMOVEDIR))
			return 1;
		if (errno == ENOTEMPTY || errno == EEXIST)
			snprintf(next, NAME_MAX + 1, "%s", de->d_name);
	}
	return *next ? 0 : -ENOENT;
}

/* Something of the tree; false when nothing of it can go. */
static bool drop_one(int dirfd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	cleanup_close int fd = openat(dirfd, name, flags);
	char next[NAME_MAX + 1];
	int ret;

	while (fd >= 0) {
		int below;

		ret = drop_from(fd, next);
		if (ret)
			return ret > 0;
		below = openat(fd, next, flags);
		close(fd);
		fd = below;
	}
	return false;
}

int vz_tree_room_make(int dirfd, const char *folder, const char *name)
{
	while (mkdirat(dirfd, folder, 0700)) {
		int err = errno;

		if (err == EEXIST)
			return 0;
		if (err != ENOSPC && err != EDQUOT)
			return -err;
		if (!drop_one(dirfd, name))
			return unlinkat(dirfd, name, AT_REMOVEDIR) ? -err : -ENOENT;
	}
	return 0;
}
