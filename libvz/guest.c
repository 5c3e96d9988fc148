// SPDX-License-Identifier: GPL-2.0-or-later
/* Inside a VE, seen from the host. The VE's root may change everything meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/file.h"
#include "libvz/guest.h"
#include "libvz/mounted.h"
#include "libvz/overlay.h"

/* A rename races with the walk; a lease is broken only after a while, and taken again at once. */
#define TRIES	32

/* A change of the file system's ids takes capabilities away, which come back here. */
static int act_as(unsigned int id)
{
	setfsgid(id);
	setfsuid(id);
	return vz_capability_raise();
}

static int open_mounted(const struct vz_conf *c, int *fd, struct vz_err *e)
{
	cleanup_close int mnt = -1;
	int ret;

	if (vz_ve_mounted(c)) {
		*fd = open(c->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	} else {
		ret = vz_overlay_mount(c, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &mnt, e);
		if (ret)
			return ret;
		*fd = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return *fd < 0 ? vz_error_sys(e, VZ_MOUNT, -errno, "The files of the CT") : 0;
}

static int open_overlay(const struct vz_conf *c, struct vz_guest *g, struct vz_err *e)
{
	cleanup_close int area = -1, fd = -1;
	int ret = vz_area_open(c, &area, e);

	if (ret)
		return ret;
	ret = open_mounted(c, &fd, e);
	if (ret)
		return ret;
	ret = act_as(c->uid_base);
	if (ret) {
		act_as(0);
		return vz_error_sys(e, VZ_SYSTEM, ret, "Cannot act as the CT's root");
	}
	g->base = c->uid_base;
	g->root = vz_take_fd(&fd);
	return 0;
}

int vz_guest_open(const struct vz_conf *c, struct vz_guest *g, struct vz_err *e)
{
	*g = (struct vz_guest)VZ_GUEST_NONE;
	return vz_is_overlay(c) ? open_overlay(c, g, e) : vz_area_open(c, &g->root, e);
}

int vz_guest_open_disk(const struct vz_conf *c, struct vz_guest *g, struct vz_err *e)
{
	*g = (struct vz_guest)VZ_GUEST_NONE;
	return vz_is_overlay(c) ? vz_overlay_view(c, &g->root, e) : vz_area_open(c, &g->root, e);
}

void vz_guest_close(struct vz_guest *g)
{
	if (g->root >= 0)
		close(g->root);
	if (g->base)
		act_as(0);
	*g = (struct vz_guest)VZ_GUEST_NONE;
}

static int guest_open(const struct vz_guest *g, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	int fd, tries = 0;

	do
		fd = syscall(SYS_openat2, g->root, *path ? path : ".", &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || errno == EAGAIN) && ++tries < TRIES);
	return fd < 0 ? -errno : fd;
}

int vz_guest_folder(const struct vz_guest *g, const char *path)
{
	return guest_open(g, path, O_RDONLY | O_DIRECTORY);
}

int vz_guest_read(const struct vz_guest *g, const char *path, size_t max, char **text)
{
	cleanup_close int probe = guest_open(g, path, O_PATH), fd = -1;
	struct stat st;

	*text = NULL;
	if (probe < 0)
		return probe;
	/* Looked at first: opening a device or a fifo does something. */
	if (fstat(probe, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	fd = guest_open(g, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	return vz_read_fd(fd, max, text, NULL);
}

int vz_guest_replace(const struct vz_guest *g, const char *dir, const char *name,
		     const char *text, mode_t mode)
{
	cleanup_close int d = vz_guest_folder(g, dir);
	struct stat st;

	if (d < 0)
		return d;
	if (fstatat(d, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		st = (struct stat){ .st_uid = g->base, .st_gid = g->base, .st_mode = mode };
	return vz_replace_like(d, name, text, strlen(text), &st, mode);
}
