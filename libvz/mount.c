// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VE's root. The host's mount at VE_ROOT is nosuid and nodev and lies below a
 * 0700 folder, so no user of the host gains from a setuid program or device node
 * of a VE.
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
#include "libvz/mount_idmap.h"
#include "libvz/mounted.h"
#include "libvz/overlay.h"
#include "libvz/paths.h"
#include "libvz/quota_area.h"
#include "libvz/script.h"

/* The folder above all roots shuts out the host's users. made: the mount point was not there. */
static int make_root(const struct vz_conf *c, bool *made, struct vz_err *e)
{
	cleanup_free char *parent = strdup(c->root);
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (slash && slash != parent) {
		*slash = '\0';
		if (mkdir(parent, 0700) && errno != EEXIST)
			return vz_error_sys(e, VZ_MKROOT, -errno, "Cannot make %s", parent);
	}
	*made = !mkdir(c->root, 0700);
	if (!*made && errno != EEXIST)
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

/* An overlay is mounted once: the VE's own mount is another of what is at VE_ROOT. */
static int clone_root(const struct vz_conf *c, int *out, struct vz_err *e)
{
	struct mount_attr a = { .attr_clr = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
				.propagation = MS_PRIVATE };
	cleanup_close int fd = -1;

	if (!vz_ve_mounted(c))
		return vz_error(e, VZ_NOTMOUNTED, -EINVAL, "Container is not mounted");
	fd = open_tree(AT_FDCWD, c->root, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
		       AT_SYMLINK_NOFOLLOW);
	if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH, &a, sizeof(a)))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot take the mount of %s", c->root);
	*out = vz_take_fd(&fd);
	return 0;
}

static int make_mount(const struct vz_conf *c, unsigned long attr, int *fd, struct vz_err *e)
{
	return vz_is_overlay(c) ? vz_overlay_mount(c, attr, fd, e)
				: vz_mount_idmapped(c->private, c->uid_base, attr, fd, e);
}

/* What failed leaves no mount point behind that it has made. */
static int drop_root(const struct vz_conf *c, bool made, int ret)
{
	if (ret && made)
		rmdir(c->root);
	return ret;
}

int vz_ve_open_root(const struct vz_conf *c, int *fd, struct vz_err *e)
{
	bool made;
	int ret;

	*fd = -1;
	ret = check_private(c, e);
	if (ret)
		return ret;
	ret = make_root(c, &made, e);
	if (ret)
		return ret;
	ret = vz_is_overlay(c) ? clone_root(c, fd, e)
			       : vz_mount_idmapped(c->private, c->uid_base, 0, fd, e);
	return drop_root(c, made, ret);
}

static int mount_root(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int fd = -1;
	int ret = vz_action_script(c, "premount", e);

	if (ret)
		return ret;
	ret = make_mount(c, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &fd, e);
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

int vz_ve_mount(const struct vz_conf *c, struct vz_err *e)
{
	int ret = check_private(c, e);
	bool made;

	/* Before anything can be written, and also when it was mounted under other limits. */
	if (ret)
		return ret;
	ret = vz_quota_ready(c, e);
	if (ret)
		return ret;
	if (vz_ve_mounted(c))
		return 0;
	ret = make_root(c, &made, e);
	return ret ? ret : drop_root(c, made, mount_root(c, e));
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
