// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walk and removal in a tree of cgroups. One folder is open at a time: the way
 * up is "..", which is safe because a cgroup never moves and is never a link.
 * Nothing is kept between calls.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cgtree.h"
#include "libvz/cleanup.h"

#define BUSY_TRIES	100
#define BUSY_US		20000

/* -errno, or 0 with *d. */
static int folder_open(int parent, const char *name, DIR **d)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	*d = fdopendir(fd);
	if (*d)
		return 0;
	close(fd);
	return -ENOMEM;
}

/* The next child of d; NULL at the end. */
static const char *child_next(DIR *d)
{
	struct dirent *de;

	while ((de = readdir(d)))
		if (de->d_type == DT_DIR && strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			return de->d_name;
	return NULL;
}

static bool is_gone(int err)
{
	return err == -ENOENT || err == -ENODEV;
}

/* *d becomes another folder of it. */
static int folder_change(DIR **d, const char *name)
{
	DIR *next = NULL;
	int ret = folder_open(dirfd(*d), name, &next);

	if (ret)
		return ret;
	closedir(*d);
	*d = next;
	return 0;
}

struct walk {
	char path[PATH_MAX];
	size_t len;
	/* Where to go on in the folder of each level; a path has no more levels than that. */
	long place[PATH_MAX / 2 + 1];
	int depth;
};

static int walk_down(struct walk *w, DIR **d, const char *child)
{
	size_t n = strlen(child);
	int ret;

	if (w->len + 1 + n >= sizeof(w->path))
		return -ENAMETOOLONG;
	w->path[w->len] = '/';
	memcpy(w->path + w->len + 1, child, n + 1);
	w->place[w->depth] = telldir(*d);
	ret = folder_change(d, w->path + w->len + 1);
	if (ret) {
		w->path[w->len] = '\0';
		return ret;
	}
	w->len += 1 + n;
	w->depth++;
	return 0;
}

static int walk_up(struct walk *w, DIR **d)
{
	int ret = folder_change(d, "..");

	if (ret)
		return ret;
	w->len = strrchr(w->path, '/') - w->path;
	w->path[w->len] = '\0';
	seekdir(*d, w->place[--w->depth]);
	return 0;
}

int vz_cgtree_walk(int parent, const char *name,
		   int (*fn)(void *arg, int fd, const char *path), void *arg)
{
	struct walk w = { .len = strlen(name) };
	cleanup_dir DIR *d = NULL;
	int ret;

	if (w.len >= sizeof(w.path))
		return -ENAMETOOLONG;
	memcpy(w.path, name, w.len + 1);
	ret = folder_open(parent, name, &d);
	if (ret)
		return ret;
	ret = fn(arg, dirfd(d), w.path);
	if (ret)
		return ret;
	for (;;) {
		const char *child = child_next(d);

		if (!child && !w.depth)
			return 0;
		ret = child ? walk_down(&w, &d, child) : walk_up(&w, &d);
		if (child && is_gone(ret))
			continue;
		if (!ret && child)
			ret = fn(arg, dirfd(d), w.path);
		if (ret)
			return ret;
	}
}

/*
 * One pass: leaves first, without a note of the way: a folder that had to be
 * emptied is found again as the first one of its parent.
 */
static int remove_pass(int parent, const char *name)
{
	cleanup_dir DIR *d = NULL;
	bool emptied = false;
	size_t depth = 0;
	int ret = folder_open(parent, name, &d);

	if (ret)
		return is_gone(ret) ? 0 : ret;
	for (;;) {
		const char *child = child_next(d);

		if (!child && !depth)
			return unlinkat(parent, name, AT_REMOVEDIR) && errno != ENOENT ? -errno : 0;
		if (!child) {
			ret = folder_change(&d, "..");
			depth--;
			emptied = true;
		} else if (!unlinkat(dirfd(d), child, AT_REMOVEDIR) || errno == ENOENT) {
			emptied = false;
			continue;
		} else if (emptied) {
			return -errno;
		} else {
			ret = folder_change(&d, child);
			depth += !ret;
			if (is_gone(ret))
				continue;
		}
		if (ret)
			return ret;
	}
}

int vz_cgtree_remove(int parent, const char *name)
{
	int ret = remove_pass(parent, name), tries;

	for (tries = 0; ret == -EBUSY && tries < BUSY_TRIES; tries++) {
		usleep(BUSY_US);
		ret = remove_pass(parent, name);
	}
	return ret;
}
