// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths and removal in a tree that is not trusted. Nothing is kept between calls.
 *
 * There is no recursion: a folder that is not empty moves into the staging
 * folder, under a number. So a tree of any depth needs three descriptors and
 * one page, and a removal that was cut short is taken up by its numbers.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "libvz/tree_room.h"

#define NAME_LIMIT	255
#define STEP_LIMIT	3000	/* of a path handed to the kernel at once */

bool vz_tree_name_ok(const void *name, size_t len)
{
	const char *s = name;

	if (!len || len > NAME_LIMIT || memchr(s, '/', len) || memchr(s, 0, len))
		return false;
	return !(s[0] == '.' && (len == 1 || (len == 2 && s[1] == '.')));
}

bool vz_tree_path_ok(const void *path, size_t len)
{
	const char *s = path, *end = s + len;

	if (!len)
		return true;
	if (len > VZ_TREE_PATH_MAX)
		return false;
	for (;;) {
		const char *slash = memchr(s, '/', end - s);

		if (!vz_tree_name_ok(s, (slash ? slash : end) - s))
			return false;
		if (!slash)
			return true;
		s = slash + 1;
	}
}

static int open_step(int dirfd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV |
			   RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	do
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return fd < 0 ? -errno : fd;
}

int vz_tree_open(int root, const char *path)
{
	cleanup_close int dir = -1;

	if (!*path)
		return open_step(root, ".");
	for (;;) {
		char step[STEP_LIMIT + 1];
		size_t len = strlen(path);
		int fd;

		if (len > STEP_LIMIT) {
			len = STEP_LIMIT;
			while (len && path[len] != '/')
				len--;
		}
		memcpy(step, path, len);
		step[len] = 0;
		fd = open_step(dir >= 0 ? dir : root, step);
		if (dir >= 0)
			close(dir);
		dir = fd;
		if (fd < 0)
			return fd;
		path += len;
		if (!*path)
			return vz_take_fd(&dir);
		path++;
	}
}

/* ---- removal ------------------------------------------------------------- */

struct removal {
	int stage;
	unsigned int next;	/* first number that was not given away */
	uint64_t count;
};

static int entry_try(struct removal *r, int dirfd, const char *name)
{
	char number[32];

	if (!unlinkat(dirfd, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -errno;
	if (!unlinkat(dirfd, name, AT_REMOVEDIR) || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -errno;
	/* A number may be taken by what an earlier removal has left. */
	do {
		snprintf(number, sizeof(number), "t%u", r->next++);
		if (!renameat2(dirfd, name, r->stage, number, RENAME_NOREPLACE))
			return 0;
	} while (errno == EEXIST);
	r->next--;
	return -errno;
}

/* ours: the folder is a part of what is removed, so its flags go as well. */
static int entry_remove(struct removal *r, int dirfd, const char *name, bool ours)
{
	int ret = entry_try(r, dirfd, name);
	bool cleared = false;

	r->count++;
	if (ret != -EPERM)
		return ret;
	if (ours)
		cleared = vz_tree_flags_soften(dirfd, "");
	cleared |= vz_tree_flags_soften(dirfd, name);
	return cleared ? entry_try(r, dirfd, name) : ret;
}

/* Folder number n of the staging area; its subfolders get numbers of their own. */
static int number_remove(struct removal *r, unsigned int n)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	char number[32];
	int fd, ret = 0;

	snprintf(number, sizeof(number), "t%u", n);
	fd = open_step(r->stage, number);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -errno;
	}
	while ((errno = 0, de = readdir(d))) {
		int one;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		one = entry_remove(r, fd, de->d_name, true);
		ret = ret ? ret : one;
	}
	if (errno)
		return -errno;
	if (unlinkat(r->stage, number, AT_REMOVEDIR) && !ret)
		ret = -errno;
	return ret;
}

static int numbers_remove(struct removal *r, unsigned int from)
{
	int ret = 0;

	for (; from < r->next; from++) {
		int one = number_remove(r, from);

		ret = ret ? ret : one;
	}
	return ret;
}

int vz_tree_remove(int dirfd, const char *name, int stage, uint64_t *count)
{
	struct removal r = { .stage = stage };
	int ret = entry_remove(&r, dirfd, name, false);

	if (!ret)
		ret = numbers_remove(&r, 0);
	if (count)
		*count += r.count;
	return ret;
}

/* What an earlier removal left, without its numbers lost between: they are begun again at 0. */
static int stage_take_up(struct removal *r)
{
	cleanup_dir DIR *d = NULL;
	int fd = open_step(r->stage, "."), ret = 0;
	struct dirent *de;

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -errno;
	}
	while ((errno = 0, de = readdir(d))) {
		unsigned int n;
		int one = 0;
		char end;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		if (sscanf(de->d_name, "t%9u%c", &n, &end) == 1)
			r->next = n >= r->next ? n + 1 : r->next;
		else
			one = entry_remove(r, fd, de->d_name, true);
		ret = ret ? ret : one;
	}
	return errno ? -errno : ret;
}

static int trash_fill(int parent, const char *name, const char *trash)
{
	cleanup_close int stage = -1;
	struct removal r = { 0 };
	struct stat st;
	bool there = !fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW);
	int ret;

	if (!there && errno != ENOENT)
		return -errno;
	ret = there ? vz_tree_room_make(parent, trash, name) : 0;
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	stage = openat(parent, trash, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (stage < 0)
		return !there && errno == ENOENT ? 0 : -errno;
	r.stage = stage;
	ret = stage_take_up(&r);
	if (!ret)
		ret = entry_remove(&r, parent, name, false);
	if (!ret)
		ret = numbers_remove(&r, 0);
	if (unlinkat(parent, trash, AT_REMOVEDIR) && !ret)
		ret = -errno;
	return ret;
}

int vz_path_remove(const char *path, struct vz_err *e)
{
	cleanup_close int parent = -1;
	char folder[PATH_MAX], trash[NAME_LIMIT + 1];
	const char *name = strrchr(path, '/');
	int ret;

	if (!name || !name[1] || strlen(path) >= sizeof(folder))
		return vz_error(e, VZ_SYSTEM, -EINVAL, "remove %s: not an absolute path", path);
	snprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
	name++;
	if (snprintf(trash, sizeof(trash), "%s.trash", name) >= (int)sizeof(trash))
		return vz_error_sys(e, VZ_SYSTEM, -ENAMETOOLONG, "remove %s", path);
	parent = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0 && errno == ENOENT)
		return 0;
	ret = parent < 0 ? -errno : trash_fill(parent, name, trash);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "remove %s", path) : 0;
}
