// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CRIU reads images as the VE's root too, who is nobody on the host. A folder is opened to that
 * user's group, and its files are readable. It stays root's: CRIU's first process in the VE's
 * user namespace reads the clocks before its ids are mapped, and is the host's root without a
 * capability then.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "checkpoint/image_folder.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"

static int open_one(int folder, const char *name, const char *path, struct vz_err *e)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return vz_error_sys(e, VZ_RESTORE, -errno, "%s/%s", path, name);
	if (S_ISLNK(st.st_mode))
		return vz_error(e, VZ_RESTORE, -EINVAL, "%s/%s is a link", path, name);
	if (S_ISREG(st.st_mode) && fchmodat(folder, name, 0644, 0))
		return vz_error_sys(e, VZ_RESTORE, -errno, "%s/%s", path, name);
	return 0;
}

int ckpt_images_open_to_ve(int images, gid_t group, const char *path, struct vz_err *e)
{
	int fd = openat(images, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *n;

	if (!d || fchown(images, 0, group) || fchmod(images, 0750))
		return vz_error_sys(e, VZ_RESTORE, -errno, "give %s to group %u", path, group);
	while ((n = readdir(d))) {
		int ret = open_one(images, n->d_name, path, e);

		if (ret)
			return ret;
	}
	return 0;
}
