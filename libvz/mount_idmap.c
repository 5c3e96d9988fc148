// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Id-mapped mounts. Files of a VE keep their own ids on disk; the mount maps them
 * to the VE's range. No state.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/mount_idmap.h"
#include "libvz/paths.h"

int vz_userns_map(pid_t pid, unsigned int base, struct vz_err *e)
{
	char path[64], text[64];
	int ret;

	snprintf(text, sizeof(text), "0 %u %u", base, VZ_RANGE);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	ret = vz_write_file(path, text);
	if (!ret) {
		snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
		ret = vz_write_file(path, text);
	}
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "Cannot map user ids with %s", path) : 0;
}

/* The child only holds the namespace until it is opened. */
static int userns_child(int ready)
{
	char c = 0;

	if (unshare(CLONE_NEWUSER))
		return errno;
	if (write(ready, &c, 1) != 1)
		return EIO;
	for (;;)
		pause();
}

int vz_userns_open(unsigned int base, int *fd, struct vz_err *e)
{
	cleanup_close int r = -1, w = -1;
	int p[2], ret, status;
	char path[64], c;
	pid_t pid;

	*fd = -1;
	if (pipe2(p, O_CLOEXEC))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "pipe");
	r = p[0];
	w = p[1];
	pid = fork();
	if (pid < 0)
		return vz_error_sys(e, VZ_RESOURCES, -errno, "fork");
	if (!pid)
		_exit(userns_child(w));
	close(vz_take_fd(&w));
	if (read(r, &c, 1) == 1) {
		ret = vz_userns_map(pid, base, e);
		snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
		if (!ret) {
			*fd = open(path, O_RDONLY | O_CLOEXEC);
			if (*fd < 0)
				ret = vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot open %s", path);
		}
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return ret;
	}
	waitpid(pid, &status, 0);
	return vz_error_sys(e, VZ_SYSTEM, WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO,
			    "Cannot make a user namespace");
}

int vz_mount_idmapped(const char *path, unsigned int base, unsigned long attr, int *out,
		      struct vz_err *e)
{
	cleanup_close int ns = -1, fd = -1;
	struct mount_attr a = { .attr_set = attr | MOUNT_ATTR_IDMAP, .propagation = MS_PRIVATE };
	int ret;

	*out = -1;
	if (!base)
		return vz_error(e, VZ_BADCONF, -EINVAL, "There is no range of user ids: "
				"LOCAL_UID is not in the configuration");
	ret = vz_userns_open(base, &ns, e);
	if (ret)
		return ret;
	fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	if (fd < 0)
		return vz_error_sys(e, errno == ENOENT ? VZ_PRIVATEMISSING : VZ_MOUNT, -errno,
				    "Cannot open the private area %s", path);
	a.userns_fd = ns;
	if (mount_setattr(fd, "", AT_EMPTY_PATH, &a, sizeof(a)))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot make an id-mapped mount of %s "
				    "(does its file system allow it?)", path);
	*out = vz_take_fd(&fd);
	return 0;
}
