// SPDX-License-Identifier: GPL-2.0-or-later
/* Through FS_IOC_GETFLAGS and FS_IOC_SETFLAGS (include/uapi/linux/fs.h); keeps nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "libvz/cleanup.h"
#include "libvz/tree_flags.h"

/* Of files and folders only: opening a device or a fifo does something. */
static int flags_open(int dirfd, const char *name)
{
	cleanup_close int path = openat(dirfd, *name ? name : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	char self[32];
	int fd;

	if (path < 0 || fstat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return -EOPNOTSUPP;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

unsigned int vz_tree_flags(int dirfd, const char *name)
{
	cleanup_close int fd = flags_open(dirfd, name);
	int flags;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return 0;
	return flags & VZ_TREE_FLAGS;
}

static int flags_write(int fd, int flags)
{
	if (!ioctl(fd, FS_IOC_SETFLAGS, &flags))
		return 0;
	return errno == ENOTTY || errno == EINVAL ? -EOPNOTSUPP : -errno;
}

int vz_tree_flags_put(int fd, unsigned int flags)
{
	int old, ret;

	if (ioctl(fd, FS_IOC_GETFLAGS, &old))
		return flags ? -EOPNOTSUPP : 0;
	if ((old & VZ_TREE_FLAGS) == (int)flags)
		return 0;
	ret = flags_write(fd, (old & ~VZ_TREE_FLAGS) | flags);
	if (ret == -EOPNOTSUPP)
		flags_write(fd, (old & ~VZ_TREE_FLAGS) | (flags & VZ_TREE_FLAGS_HARD));
	return ret;
}

int vz_tree_flags_set(int dirfd, const char *name, unsigned int flags)
{
	cleanup_close int fd = flags_open(dirfd, name);

	return fd < 0 ? fd : vz_tree_flags_put(fd, flags);
}

bool vz_tree_flags_soften(int dirfd, const char *name)
{
	unsigned int flags = vz_tree_flags(dirfd, name);

	return flags & VZ_TREE_FLAGS_HARD &&
	       !vz_tree_flags_set(dirfd, name, flags & ~VZ_TREE_FLAGS_HARD);
}
