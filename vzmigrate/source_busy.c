// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that a frozen VE may have changed without their times telling: open
 * for writing, or mapped shared and writable by one of its tasks. Found by
 * /proc of each task of the VE's cgroup; the tree is frozen, so nothing moves.
 *
 * Layout overlay: what tasks have open are files of the overlay, whose numbers need
 * not be those of the upper layer, which is copied. Their paths are the same there.
 * A path that leads elsewhere (a mount of the VE's own) is not guessed at.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/mount.h"
#include "libvz/overlay.h"
#include "libvz/tree.h"
#include "vzmigrate/mappings.h"
#include "vzmigrate/source_busy.h"

struct busy {
	dev_t dev;
	int overlay, upper;	/* its root and its upper layer, or -1 */
	bool lost;		/* a file was not found there */
	uint64_t *ino;
	size_t n, cap;
};

static int add(struct busy *b, uint64_t ino)
{
	if (b->n == b->cap) {
		size_t cap = (b->cap + 64) * 2;
		uint64_t *p = realloc(b->ino, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		b->ino = p;
		b->cap = cap;
	}
	b->ino[b->n++] = ino;
	return 0;
}

static int stat_path(int root, const char *path, struct stat *st)
{
	const char *name = strrchr(path, '/');
	cleanup_free char *dir = name && *path == '/' ? strndup(path + 1, name - path) : NULL;
	cleanup_close int fd = -1;

	if (!dir)
		return -EINVAL;
	if (*dir)
		dir[strlen(dir) - 1] = '\0';
	fd = vz_tree_open(root, dir);
	return fd < 0 ? fd : fstatat(fd, name + 1, st, AT_SYMLINK_NOFOLLOW) ? -errno : 0;
}

/* A file of number ino, which its task sees at path. */
static int add_seen(struct busy *b, uint64_t ino, const char *path)
{
	struct stat st;

	if (b->overlay < 0)
		return add(b, ino);
	if (stat_path(b->overlay, path, &st) || st.st_ino != ino || st.st_dev != b->dev ||
	    stat_path(b->upper, path, &st))
		b->lost = true;
	else
		return add(b, st.st_ino);
	return 0;
}

static bool open_for_writing(int pid, const char *fd)
{
	char path[64], line[128];
	cleanup_file FILE *f = NULL;
	unsigned int flags;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", pid, fd);
	f = vz_fopen_file(path);
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "flags: %o", &flags) == 1)
			return (flags & O_ACCMODE) != O_RDONLY;
	return false;
}

static int task_fds(struct busy *b, int pid)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	char path[64], name[PATH_MAX];
	ssize_t n;
	int ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (!ret && d && (de = readdir(d))) {
		struct stat st;

		if (de->d_name[0] == '.' || fstatat(dirfd(d), de->d_name, &st, 0))
			continue;
		if (!S_ISREG(st.st_mode) || st.st_dev != b->dev || !st.st_nlink ||
		    !open_for_writing(pid, de->d_name))
			continue;
		n = readlinkat(dirfd(d), de->d_name, name, sizeof(name) - 1);
		name[n < 0 ? 0 : n] = '\0';
		ret = add_seen(b, st.st_ino, name);
	}
	return ret;
}

static int add_mapping(void *arg, const struct mapping *m)
{
	struct busy *b = arg;

	return m->perms[1] == 'w' && m->perms[3] == 's' && m->ino && m->dev == b->dev ?
	       add_seen(b, m->ino, m->name) : 0;
}

/* Threads share files and memory with their leader, so processes are enough. */
static int cgroup_tasks(void *arg, int fd, const char *path)
{
	cleanup_free char *list = NULL;
	char *save = NULL, *line;
	int ret = vz_read_at(fd, "cgroup.procs", &list, NULL);

	/* EOPNOTSUPP: a threaded cgroup, whose processes its domain root lists. */
	if (ret)
		return ret == -EOPNOTSUPP || ret == -ENODEV ? 0 : ret;
	for (line = strtok_r(list, "\n", &save); line && !ret; line = strtok_r(NULL, "\n", &save)) {
		ret = task_fds(arg, atoi(line));
		if (!ret)
			ret = mappings_walk(atoi(line), add_mapping, arg);
	}
	return ret;
}

static int compare(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return a < b ? -1 : a > b;
}

static int open_layers(struct busy *b, const struct vz_conf *c, int root, struct vz_err *e)
{
	int ret = vz_ve_open_root(c, &b->overlay, e);

	if (ret)
		return ret;
	b->upper = vz_overlay_upper(root);
	return b->upper < 0 ? vz_error_sys(e, VZ_COPY, b->upper, "open the layers of VE %u", c->id)
			    : 0;
}

int src_busy_files(const struct vz_conf *c, int root, struct src_busy *found, struct vz_err *e)
{
	cleanup_close int overlay = -1, upper = -1;
	struct busy b = { .overlay = -1, .upper = -1 };
	char path[PATH_MAX];
	struct stat st;
	int ret = vz_is_overlay(c) ? open_layers(&b, c, root, e) : 0;

	overlay = b.overlay;
	upper = b.upper;
	if (ret)
		return ret;
	if (fstat(b.overlay < 0 ? root : b.overlay, &st))
		ret = -errno;
	b.dev = st.st_dev;
	if (!ret)
		ret = vz_cgtree_walk(AT_FDCWD, vz_cgroup_path(path, c->id, "payload"), cgroup_tasks,
				     &b);
	if (ret) {
		free(b.ino);
		return vz_error_sys(e, VZ_COPY, ret, "look at open files of VE %u", c->id);
	}
	if (b.n)
		qsort(b.ino, b.n, sizeof(*b.ino), compare);
	*found = (struct src_busy){ b.ino, b.n, b.lost };
	return 0;
}
