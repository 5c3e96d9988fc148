// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first process of a VE, until it becomes /sbin/init.
 *
 * Everything is mounted through descriptors beneath the VE's root, because the
 * VE's root owns that tree and may have put symlinks anywhere in it. proc and
 * sysfs are made while the host's are still visible: the kernel shows them to
 * nobody who could not see them before.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/capability.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/init.h"
#include "libvz/log.h"
#include "libvz/net_ve.h"

#define SAFE	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

struct option {
	const char *key, *value;
};

static const struct fs {
	const char *type, *dir;
	mode_t mode;
	unsigned int attr;
	struct option opt[4];
} mounts[] = {
	{ "proc", "proc", 0555, SAFE, {{ 0 }} },
	{ "sysfs", "sys", 0555, SAFE | MOUNT_ATTR_RDONLY, {{ 0 }} },
	{ "cgroup2", "sys/fs/cgroup", 0, SAFE, {{ 0 }} },
	{ "devpts", "dev/pts", 0755, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	  { { "ptmxmode", "0666" }, { "mode", "0620" }, { "gid", "5" } } },
	{ "tmpfs", "dev/shm", 01777, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, { { "mode", "1777" } } },
};

/* A folder of the VE as a mount point, made when it is missing. */
static int mount_point(int root, const char *dir, mode_t mode)
{
	int fd = vz_open_in_root(root, dir, O_PATH | O_DIRECTORY, 0);

	if (fd != -ENOENT || !mode)
		return fd;
	if (mkdirat(root, dir, mode & 0777))
		return -errno;
	return vz_open_in_root(root, dir, O_PATH | O_DIRECTORY, 0);
}

static int new_fs(const struct fs *m)
{
	cleanup_close int fs = fsopen(m->type, FSOPEN_CLOEXEC);
	size_t i;
	int fd;

	if (fs < 0)
		return -errno;
	/* What /proc/mounts shows in front. */
	if (fsconfig(fs, FSCONFIG_SET_STRING, "source", m->type, 0))
		return -errno;
	for (i = 0; i < 4 && m->opt[i].key; i++)
		if (fsconfig(fs, FSCONFIG_SET_STRING, m->opt[i].key, m->opt[i].value, 0))
			return -errno;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = fsmount(fs, FSMOUNT_CLOEXEC, m->attr);
	return fd < 0 ? -errno : fd;
}

static int mount_one(int root, const struct fs *m, struct vz_err *e)
{
	cleanup_close int mnt = new_fs(m);
	cleanup_close int at = -1;

	if (mnt < 0)
		return vz_error_sys(e, VZ_MOUNT, mnt, "Cannot make a %s file system for the CT",
				    m->type);
	at = mount_point(root, m->dir, m->mode);
	if (at < 0)
		return vz_error_sys(e, VZ_MOUNT, at, "Cannot use /%s of the CT", m->dir);
	if (move_mount(mnt, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot mount %s on /%s of the CT",
				    m->type, m->dir);
	return 0;
}

/* /dev is a mount of its own, of itself: init finds it mounted, CRIU needs no external mount. */
static int bind_dev(int root, struct vz_err *e)
{
	cleanup_close int at = mount_point(root, "dev", 0755);
	cleanup_close int mnt = -1;

	if (at < 0)
		return vz_error_sys(e, VZ_MOUNT, at, "Cannot use /dev of the CT");
	mnt = open_tree(at, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (mnt < 0 ||
	    move_mount(mnt, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot mount /dev of the CT");
	return 0;
}

/*
 * What is mounted in a namespace below shows here, as on a machine: systemd makes the
 * credentials of a unit in one, and leaves this to whoever made the container.
 */
static int share_mounts(struct vz_err *e)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot share the mounts of the CT");
	return 0;
}

/* The old root leaves with all its mounts. */
static int pivot(int root, struct vz_err *e)
{
	cleanup_close int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (old < 0 || fchdir(root) || syscall(SYS_pivot_root, ".", ".") || fchdir(old) ||
	    mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) || umount2(".", MNT_DETACH) ||
	    chdir("/"))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot make the CT's root the root");
	return 0;
}

int vz_init_setup(const struct vz_conf *c, int root, struct vz_err *e)
{
	size_t i;
	int ret;

	vz_log_no_file();
	if (setsid() < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "setsid");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot make mounts private");
	/* VE_ROOT is below a folder that only the host's root may enter; "/" will do. */
	if (move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH))
		return vz_error_sys(e, VZ_MOUNT, -errno, "Cannot mount the CT's root");
	ret = bind_dev(root, e);
	for (i = 0; !ret && i < sizeof(mounts) / sizeof(mounts[0]); i++)
		ret = mount_one(root, &mounts[i], e);
	if (ret)
		return ret;
	ret = pivot(root, e);
	if (ret)
		return ret;
	ret = share_mounts(e);
	if (ret)
		return ret;
	ret = vz_net_inside(c, e);
	if (ret)
		return ret;
	if (c->hostname && sethostname(c->hostname, strlen(c->hostname)))
		return vz_error_sys(e, VZ_HOSTNAME, -errno, "Cannot set the host name");
	return vz_capability_drop(c->capability, e);
}

int vz_init_exec(struct vz_err *e)
{
	static const char *const paths[] = { "/sbin/init", "/etc/init", "/bin/init" };
	char *const argv[] = { "init", NULL };
	char *const env[] = {
		"container=openvz", "HOME=/", "TERM=linux",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL,
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOFOLLOW), ret = -ENOENT;
	size_t i;

	if (null < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "Cannot open /dev/null of the CT");
	for (i = 0; i < 3; i++)
		dup2(null, i);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		execve(paths[i], argv, env);
		if (errno != ENOENT)
			ret = -errno;
	}
	return vz_error_sys(e, VZ_BADTEMPLATE, ret, "Cannot run /sbin/init of the CT");
}
