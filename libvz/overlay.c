// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Overlay mounts. The layers are id-mapped mounts of folders that have the VE's own
 * ids on disk: overlayfs itself cannot be id-mapped. It takes layers by path, in
 * the mount namespace of its maker; so a child makes it in one of its own, where
 * the two layers lie over their folders, and hands the finished mount back.
 *
 * redirect_dir: a folder of the template can be renamed, as on any disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/fd_pass.h"
#include "libvz/lower.h"
#include "libvz/mount_idmap.h"
#include "libvz/overlay.h"
#include "libvz/report.h"

#define UPPER	"upper"
#define WORK	"work"

bool vz_is_overlay(const struct vz_conf *c)
{
	/* Not that of /etc/vz/vz.conf, which is for new ones. */
	const char *own = vz_conf_get_own(c, "VE_LAYOUT");

	return own && !strcmp(own, "overlay");
}

int vz_overlay_make(int area, struct vz_err *e)
{
	if (mkdirat(area, UPPER, 0755) || mkdirat(area, WORK, 0700))
		return vz_error_sys(e, VZ_CREATE, -errno, "Cannot make the private area");
	return 0;
}

int vz_overlay_upper(int area)
{
	int fd = openat(area, UPPER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* ---- the mount ---- */

struct mounting {
	const struct vz_conf *c;
	const char *lower;
	int layer[2];		/* detached: lower, private area */
	int sock;
};

static int option(int fs, const char *key, const char *value)
{
	return fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0) ? -errno : 0;
}

static int create(int fs, const char *redirect)
{
	int ret = option(fs, "redirect_dir", redirect);

	if (!ret)
		ret = option(fs, "index", "off");
	if (!ret)
		ret = option(fs, "metacopy", "off");
	if (!ret && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		ret = -errno;
	return ret;
}

static int make_overlay(const struct mounting *m, int fs, struct vz_err *e)
{
	int ret = option(fs, "lowerdir+", m->lower);

	/* In the folder where we are. */
	if (!ret)
		ret = option(fs, "upperdir", UPPER);
	if (!ret)
		ret = option(fs, "workdir", WORK);
	if (!ret)
		ret = create(fs, "on");
	return ret ? vz_error_sys(e, VZ_MOUNT, ret, "Cannot make an overlay of %s on %s "
				  "(does their file system allow it?)", m->c->private, m->lower)
		   : 0;
}

static int child(void *arg, struct vz_err *e)
{
	struct mounting *m = arg;
	cleanup_close int fs = -1, mnt = -1, area = -1;
	int ret;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    move_mount(m->layer[0], "", AT_FDCWD, m->lower, MOVE_MOUNT_F_EMPTY_PATH) ||
	    move_mount(m->layer[1], "", AT_FDCWD, m->c->private, MOVE_MOUNT_F_EMPTY_PATH))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot mount the layers of the CT");
	ret = vz_area_open(m->c, &area, e);
	if (ret)
		return ret;
	if (fchdir(area))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot enter the private area");
	/* Overlay works on the upper layer as who mounts it: as root of the VE's range. */
	setfsgid(m->c->uid_base);
	setfsuid(m->c->uid_base);
	ret = vz_capability_raise();
	if (ret)
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot act as the CT's root");
	fs = fsopen("overlay", FSOPEN_CLOEXEC);
	if (fs < 0)
		return vz_error_sys(e, VZ_MOUNT, -errno, "This kernel has no overlay");
	ret = make_overlay(m, fs, e);
	if (ret)
		return ret;
	mnt = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mnt < 0)
		return vz_error_sys(e, VZ_MOUNT, -errno, "fsmount");
	ret = vz_fd_send(m->sock, mnt);
	return ret ? vz_error_sys(e, VZ_MOUNT, ret, "Cannot hand the mount over") : 0;
}

int vz_overlay_mount(const struct vz_conf *c, unsigned long attr, int *fd, struct vz_err *e)
{
	cleanup_close int lower = -1, area = -1, ours = -1, theirs = -1, mnt = -1;
	struct mount_attr a = { .attr_set = attr, .propagation = MS_PRIVATE };
	struct mounting m = { .c = c };
	char path[PATH_MAX];
	int sv[2], ret = vz_lower_ready(c, path, e);

	*fd = -1;
	if (ret)
		return ret;
	ret = vz_mount_idmapped(path, c->uid_base, MOUNT_ATTR_RDONLY, &lower, e);
	if (ret)
		return ret;
	ret = vz_mount_idmapped(c->private, c->uid_base, 0, &area, e);
	if (ret)
		return ret;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "socketpair");
	ours = sv[0];
	theirs = sv[1];
	m.lower = path;
	m.layer[0] = lower;
	m.layer[1] = area;
	m.sock = theirs;
	ret = vz_in_child(child, &m, e);
	if (ret)
		return ret;
	mnt = vz_fd_receive(ours);
	if (mnt < 0)
		return vz_error_sys(e, VZ_MOUNT, mnt, "The mount of the CT's files");
	if (mount_setattr(mnt, "", AT_EMPTY_PATH, &a, sizeof(a)))
		return vz_error_sys(e, VZ_MOUNT, -errno, "mount_setattr");
	*fd = vz_take_fd(&mnt);
	return 0;
}

static int mount_new(int fs, unsigned long attr, int *mnt)
{
	*mnt = fsmount(fs, FSMOUNT_CLOEXEC, attr | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	return *mnt < 0 ? -errno : 0;
}

/* The mount itself lives as long as the folder is open. */
static int open_top(int mnt, int *fd)
{
	*fd = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

static int fd_path(char buf[64], int fd)
{
	snprintf(buf, 64, "/proc/self/fd/%d", fd);
	return fd < 0 ? fd : 0;
}

int vz_overlay_view_mount(const struct vz_conf *c, int *mnt, struct vz_err *e)
{
	cleanup_close int fs = -1, area = -1, top = -1;
	char lower[PATH_MAX], upper[64];
	int ret = vz_lower_ready(c, lower, e);

	*mnt = -1;
	if (ret)
		return ret;
	ret = vz_area_open(c, &area, e);
	if (ret)
		return ret;
	fs = fsopen("overlay", FSOPEN_CLOEXEC);
	if (fs < 0)
		return vz_error_sys(e, VZ_MOUNT, -errno, "This kernel has no overlay");
	top = vz_overlay_upper(area);
	ret = fd_path(upper, top);
	if (!ret)
		ret = option(fs, "lowerdir+", upper);
	if (!ret)
		ret = option(fs, "lowerdir+", lower);
	if (!ret)
		ret = create(fs, "follow");
	if (!ret)
		ret = mount_new(fs, MOUNT_ATTR_RDONLY, mnt);
	return ret ? vz_error_sys(e, VZ_MOUNT, ret, "Cannot see the files of the CT, %s on %s",
				  c->private, lower) : 0;
}

int vz_overlay_view(const struct vz_conf *c, int *fd, struct vz_err *e)
{
	cleanup_close int mnt = -1;
	int ret = vz_overlay_view_mount(c, &mnt, e);

	*fd = -1;
	if (ret)
		return ret;
	ret = open_top(mnt, fd);
	return ret ? vz_error_sys(e, VZ_MOUNT, ret, "The files of the CT") : 0;
}

int vz_overlay_fill(const struct vz_conf *c, int area, int *fd, struct vz_err *e)
{
	cleanup_close int fs = -1, top = -1, work = -1, mnt = -1;
	char lower[PATH_MAX], path[64];
	int ret = vz_lower_ready(c, lower, e);

	*fd = -1;
	if (ret)
		return ret;
	fs = fsopen("overlay", FSOPEN_CLOEXEC);
	if (fs < 0)
		return vz_error_sys(e, VZ_MOUNT, -errno, "This kernel has no overlay");
	top = vz_overlay_upper(area);
	work = openat(area, WORK, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ret = option(fs, "lowerdir+", lower);
	if (!ret)
		ret = fd_path(path, top);
	if (!ret)
		ret = option(fs, "upperdir", path);
	if (!ret)
		ret = work < 0 ? -ENOENT : fd_path(path, work);
	if (!ret)
		ret = option(fs, "workdir", path);
	if (!ret)
		ret = create(fs, "on");
	if (!ret)
		ret = mount_new(fs, 0, &mnt);
	if (!ret)
		ret = open_top(mnt, fd);
	return ret ? vz_error_sys(e, VZ_MOUNT, ret, "Cannot make an overlay on %s", lower) : 0;
}
