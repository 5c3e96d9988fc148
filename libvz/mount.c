// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Id-mapped mounts. Files of a VE keep their own ids on disk; the mount maps
 * them to the VE's range. The host's mount at VE_ROOT is nosuid and nodev and
 * lies below a 0700 folder, so no user of the host gains from a setuid program
 * or device node of a VE.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/mount.h"
#include "libvz/paths.h"
#include "libvz/quota_area.h"
#include "libvz/script.h"

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

bool vz_is_mountpoint(const char *path)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &st))
		return false;
	return st.stx_attributes_mask & st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

bool vz_ve_mounted(const struct vz_conf *c)
{
	return c->root && vz_is_mountpoint(c->root);
}

/* The folder above all roots shuts out the host's users. */
static int make_root(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_free char *parent = strdup(c->root);
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (slash && slash != parent) {
		*slash = '\0';
		if (mkdir(parent, 0700) && errno != EEXIST)
			return vz_error_sys(e, VZ_MKROOT, -errno, "Cannot make %s", parent);
	}
	if (mkdir(c->root, 0700) && errno != EEXIST)
		return vz_error_sys(e, VZ_MKROOT, -errno, "Cannot make the mount point %s",
				    c->root);
	return 0;
}

static int check_private(const struct vz_conf *c, struct vz_err *e)
{
	struct stat st;

	if (!c->private || !c->root)
		return vz_error(e, c->root ? VZ_NOPRIVATE : VZ_NOROOT, -EINVAL, "%s is not set",
				c->root ? "VE_PRIVATE" : "VE_ROOT");
	if (lstat(c->private, &st))
		return vz_error(e, VZ_PRIVATEMISSING, -errno,
				"Container private area %s does not exist", c->private);
	if (!S_ISDIR(st.st_mode))
		return vz_error(e, VZ_PRIVATEMISSING, -ENOTDIR,
				"Container private area %s is no folder", c->private);
	return 0;
}

int vz_ve_open_root(const struct vz_conf *c, int *fd, struct vz_err *e)
{
	int ret;

	*fd = -1;
	ret = check_private(c, e);
	if (!ret)
		ret = make_root(c, e);
	return ret ? ret : vz_mount_idmapped(c->private, c->uid_base, 0, fd, e);
}

int vz_ve_mount(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int fd = -1;
	int ret = check_private(c, e);

	/* Before anything can be written, and also when it was mounted under other limits. */
	if (!ret)
		ret = vz_quota_ready(c, e);
	if (ret)
		return ret;
	if (vz_ve_mounted(c))
		return 0;
	ret = make_root(c, e);
	if (!ret)
		ret = vz_action_script(c, "premount", e);
	if (!ret)
		ret = vz_mount_idmapped(c->private, c->uid_base,
					MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &fd, e);
	if (ret)
		return ret;
	if (move_mount(fd, "", AT_FDCWD, c->root, MOVE_MOUNT_F_EMPTY_PATH))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot mount %s on %s", c->private,
				    c->root);
	ret = vz_action_script(c, "mount", e);
	if (ret)
		umount2(c->root, MNT_DETACH | UMOUNT_NOFOLLOW);
	return ret;
}

int vz_ve_umount(const struct vz_conf *c, struct vz_err *e)
{
	int ret;

	if (!vz_ve_mounted(c))
		return 0;
	ret = vz_action_script(c, "umount", e);
	if (ret)
		return ret;
	/* Users of the host's view keep nothing of the VE alive: detach when busy. */
	if (umount2(c->root, UMOUNT_NOFOLLOW) &&
	    (errno != EBUSY || umount2(c->root, MNT_DETACH | UMOUNT_NOFOLLOW)))
		return vz_error_sys(e, VZ_UMOUNT, -errno, "Cannot unmount %s", c->root);
	return vz_action_script(c, "postumount", e);
}
