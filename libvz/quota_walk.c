// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All of an area gets a project id. Nothing is kept between calls.
 *
 * There is no recursion: folders that are still to be read are paths on a stack.
 * A file and a folder are marked through a descriptor. The kernel has no way to
 * mark a symbolic link, fifo, socket or device node, and one that is not marked
 * could not be renamed in a folder that is. So each is made anew in a folder
 * that hands the id on, and renamed over the old one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/quota.h"
#include "libvz/quota_walk.h"
#include "libvz/tree.h"
#include "libvz/tree_todo.h"

#define NEW	"n"		/* name of what is made in the staging folder */

struct walk {
	int area, stage;
	dev_t dev;
	unsigned int project;
	struct vz_tree_todo todo;	/* paths beneath area */
};

static int mark_file(struct walk *w, int dir, const char *name)
{
	cleanup_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				      O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return vz_quota_marked(fd, w->project) ? 0 : vz_quota_mark(fd, w->project);
}

/* ---- what cannot be marked ---- */

static int copy_attributes(const char *from, const char *to)
{
	char names[4096], value[XATTR_SIZE_MAX];
	ssize_t n = llistxattr(from, names, sizeof(names));

	for (char *name = names; name < names + n; name += strlen(name) + 1) {
		ssize_t len = lgetxattr(from, name, value, sizeof(value));

		if (len < 0 || lsetxattr(to, name, value, len, 0))
			return -errno;
	}
	return n < 0 && errno != EOPNOTSUPP ? -errno : 0;
}

static int make_alike(struct walk *w, int dir, const char *name, const struct stat *st)
{
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	char target[PATH_MAX], from[NAME_MAX + 40], to[40];
	ssize_t n;
	int ret;

	if (unlinkat(w->stage, NEW, 0) && errno != ENOENT)
		return -errno;
	if (S_ISLNK(st->st_mode)) {
		n = readlinkat(dir, name, target, sizeof(target) - 1);
		if (n < 0)
			return -errno;
		target[n] = '\0';
		if (symlinkat(target, w->stage, NEW))
			return -errno;
	} else if (mknodat(w->stage, NEW, st->st_mode, st->st_rdev)) {
		return -errno;
	}
	if (fchownat(w->stage, NEW, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) ||
	    (!S_ISLNK(st->st_mode) && fchmodat(w->stage, NEW, st->st_mode & 07777, 0)))
		return -errno;
	snprintf(from, sizeof(from), "/proc/self/fd/%d/%s", dir, name);
	snprintf(to, sizeof(to), "/proc/self/fd/%d/" NEW, w->stage);
	ret = copy_attributes(from, to);
	if (!ret && utimensat(w->stage, NEW, times, AT_SYMLINK_NOFOLLOW))
		ret = -errno;
	return ret;
}

/* A folder that nothing may be changed in is opened for this one change. */
static int put(struct walk *w, int dir, const char *name)
{
	struct fsxattr was, open;
	int ret = renameat(w->stage, NEW, dir, name) ? -errno : 0;

	if (ret != -EPERM || ioctl(dir, FS_IOC_FSGETXATTR, &was))
		return ret;
	open = was;
	open.fsx_xflags &= ~(FS_XFLAG_IMMUTABLE | FS_XFLAG_APPEND);
	if (ioctl(dir, FS_IOC_FSSETXATTR, &open))
		return ret;
	ret = renameat(w->stage, NEW, dir, name) ? -errno : 0;
	return ioctl(dir, FS_IOC_FSSETXATTR, &was) && !ret ? -errno : ret;
}

static int renew(struct walk *w, int dir, const char *name, const struct stat *st)
{
	int ret = make_alike(w, dir, name, st);

	return ret ? ret : put(w, dir, name);
}

/* ---- folders ---- */

static int entry(struct walk *w, int dir, const char *folder, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	/* Something is mounted there: not the VE's disk. */
	if (st.st_dev != w->dev)
		return 0;
	if (S_ISDIR(st.st_mode))
		return vz_tree_todo_push(&w->todo, folder, name);
	return S_ISREG(st.st_mode) ? mark_file(w, dir, name) : renew(w, dir, name, &st);
}

static int folder(struct walk *w, const char *path)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	int fd = vz_tree_todo_open(&w->todo, w->area, path), ret = 0;

	if (fd < 0)
		return fd == -EXDEV ? 0 : fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -errno;
	}
	if (*path && !vz_quota_marked(fd, w->project))
		ret = vz_quota_mark(fd, w->project);
	while (!ret && (errno = 0, de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = entry(w, fd, path, de->d_name);
	return ret ? ret : -errno;
}

static int all_folders(struct walk *w, struct vz_err *e)
{
	int ret = vz_tree_todo_push(&w->todo, "", "");

	while (!ret && w->todo.n) {
		cleanup_free char *path = vz_tree_todo_pop(&w->todo);

		ret = folder(w, path);
		if (ret)
			vz_error_sys(e, VZ_QUOTA, ret, "Cannot count the CT's files in /%.200s",
				     path);
	}
	return ret;
}

/* A folder of our own beside the area; what a walk that was cut short has left goes. */
static int open_stage(struct walk *w, char *path, struct vz_err *e)
{
	char self[32], area[PATH_MAX - 8];
	ssize_t n;
	int ret;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", w->area);
	n = readlink(self, area, sizeof(area) - 1);
	if (n < 0)
		return vz_error_sys(e, VZ_QUOTA, -errno, "%s", self);
	snprintf(path, PATH_MAX, "%.*s.count", (int)n, area);
	ret = vz_path_remove(path, e);
	if (ret)
		return ret;
	if (mkdir(path, 0700))
		return vz_error_sys(e, VZ_QUOTA, -errno, "Cannot make %s", path);
	w->stage = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ret = w->stage < 0 ? -errno : vz_quota_mark(w->stage, w->project);
	return ret ? vz_error_sys(e, VZ_QUOTA, ret, "Cannot give %s a project id", path) : 0;
}

static bool is_empty(int fd)
{
	cleanup_dir DIR *d = NULL;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;

	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d && copy >= 0)
		close(copy);
	while (d && n < 3 && readdir(d))
		n++;
	return d && n < 3;
}

static int walk(struct walk *w, struct vz_err *e)
{
	char path[PATH_MAX] = "";
	struct stat st;
	int ret = fstat(w->area, &st);

	if (ret)
		return vz_error_sys(e, VZ_QUOTA, -errno, "fstat");
	w->dev = st.st_dev;
	vz_say("Counting the files of the container, once");
	/* A folder that hands on another VE's id would not take what is made anew with ours. */
	ret = vz_quota_unmark(w->area);
	if (ret)
		return vz_error_sys(e, VZ_QUOTA, ret, "Cannot take the old project id off");
	ret = open_stage(w, path, e);
	if (!ret)
		ret = all_folders(w, e);
	vz_tree_todo_clear(&w->todo);
	if (w->stage >= 0)
		close(w->stage);
	if (*path)
		vz_path_remove(path, NULL);
	return ret;
}

int vz_quota_walk(int area, unsigned int project, struct vz_err *e)
{
	struct walk w = { .area = area, .stage = -1, .project = project };
	int ret = is_empty(area) ? 0 : walk(&w, e);

	if (ret)
		return ret;
	ret = vz_quota_mark(area, project);
	return ret ? vz_error_sys(e, VZ_QUOTA, ret, "Cannot give the private area a project id")
		   : 0;
}
