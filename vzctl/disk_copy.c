// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies of trees. Folders are walked from a list of paths, so the depth of the tree
 * costs neither a descriptor nor stack; what a pass has seen is known by inode and
 * change time, as in a backup.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/report.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "libvz/tree_todo.h"
#include "vzctl/backup_seen.h"
#include "vzctl/disk_copy.h"
#include "vzctl/disk_file.h"

struct disk_copy {
	int from, to, trash;
	bool compare, moves;
	unsigned int pass;
	struct timespec start;	/* of the first pass */
	struct backup_seen *seen;
	struct vz_tree_todo todo;
	struct vz_progress progress;
	struct vz_err *e;	/* of the call that runs */
};

static int fail(int err, const char *what, const char *path, struct vz_err *e)
{
	return vz_error_sys(e, err == -ENOSPC || err == -EDQUOT ? VZ_NOSPACE : VZ_CREATE, err,
			    "%s %s", what, *path ? path : ".");
}

static int no_memory(struct vz_err *e)
{
	return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory while copying");
}

int disk_copy_new(int to, int trash, bool compare, struct disk_copy **copy, struct vz_err *e)
{
	struct disk_copy *k = calloc(1, sizeof(*k));

	*copy = k;
	if (!k)
		return no_memory(e);
	k->to = to;
	k->trash = trash;
	k->compare = compare;
	k->seen = backup_seen_new();
	return k->seen ? 0 : no_memory(e);
}

void disk_copy_free(struct disk_copy *k)
{
	if (!k)
		return;
	backup_seen_free(k->seen);
	vz_tree_todo_clear(&k->todo);
	free(k);
}

/* ---- one name ---- */

static int link_to(struct disk_copy *k, int to, const char *name, const char *first)
{
	const char *slash = strrchr(first, '/');
	cleanup_free char *dir = strndup(first, slash ? slash - first : 0);
	cleanup_close int fd = dir ? vz_tree_open(k->to, dir) : -ENOMEM;

	if (fd < 0)
		return fd;
	return linkat(fd, slash ? slash + 1 : first, to, name, 0) ? -errno : 0;
}

/* What is in the way of name; a folder is not in the way of a folder. */
static int make_room(struct disk_copy *k, int to, const char *name, const struct stat *st)
{
	struct stat there;

	if (fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st->st_mode) && S_ISDIR(there.st_mode))
		return 0;
	return vz_tree_remove(to, name, k->trash, NULL);
}

static bool is_there(struct disk_copy *k, int from, int to, const char *name, const struct stat *st)
{
	struct stat there;

	return k->compare && !fstatat(to, name, &there, AT_SYMLINK_NOFOLLOW) &&
	       (S_ISDIR(st->st_mode) || st->st_nlink == 1 || there.st_nlink > 1) &&
	       disk_file_equal(from, to, name, st, &there);
}

static int put(struct disk_copy *k, int from, int to, const char *name, const char *path,
	       const struct stat *st)
{
	const char *first = path;
	uint64_t bytes = 0;
	int ret;

	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1)
		first = backup_seen_first(k->seen, st->st_ino ^ (ino_t)st->st_dev << 40, k->pass,
					  path);
	if (!first)
		return -ENOMEM;
	if (is_there(k, from, to, name, st))
		return 0;
	ret = make_room(k, to, name, st);
	if (!ret)
		ret = strcmp(first, path) ? link_to(k, to, name, first)
					  : disk_file_copy(from, to, name, st, &bytes);
	vz_progress_add(&k->progress, bytes);
	return ret;
}

static int look(struct disk_copy *k, int from, int to, const char *name, const char *path,
		const struct stat *st)
{
	struct backup_file *f = backup_seen_file(k->seen, path);
	int ret;

	if (!f)
		return -ENOMEM;
	if (!backup_seen_same(f, st, k->pass, &k->start)) {
		ret = *path ? put(k, from, to, name, path, st) : disk_file_meta(from, to, "", st);
		if (ret)
			return ret;
		f->ino = st->st_ino;
		f->ctime = st->st_ctim;
		f->type = st->st_mode;
		f->flags = vz_tree_flags(from, name);
	}
	f->pass = k->pass;
	return 0;
}

/* ---- folders ---- */

static int one_name(struct disk_copy *k, int from, int to, const char *dir, const char *name)
{
	cleanup_free char *path = NULL;
	struct stat st;
	int ret = 0;

	if (vz_interrupted())
		return vz_error(k->e, VZ_CREATE, -EINTR, "Interrupted");
	if (asprintf(&path, "%s%s%s", dir, *dir ? "/" : "", name) < 0)
		return no_memory(k->e);
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		ret = -errno;
	if (!ret)
		ret = look(k, from, to, name, path, &st);
	/* One that has gone meanwhile: the next pass removes what there is of it. */
	if (ret == -ENOENT && k->moves)
		return 0;
	if (!ret && S_ISDIR(st.st_mode))
		ret = vz_tree_todo_push(&k->todo, dir, name);
	return ret ? fail(ret, "copy", path, k->e) : 0;
}

static int one_folder(struct disk_copy *k, const char *path)
{
	cleanup_close int to = vz_tree_open(k->to, path);
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	int fd = vz_tree_open(k->from, path), ret = 0;

	if ((fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP) && k->moves && *path)
		return 0;
	if (fd == -EXDEV)
		return vz_error(k->e, VZ_SYSTEM, fd, "something is mounted on %s in the private "
				"area: unmount it first", path);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d || to < 0)
		return fail(fd < 0 ? fd : to < 0 ? to : -ENOMEM, "open folder", path, k->e);
	while (!ret && (errno = 0, de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = one_name(k, fd, to, path, de->d_name);
	if (!ret && errno)
		ret = fail(-errno, "read folder", path, k->e);
	return ret;
}

/* ---- what is gone ---- */

static int open_parent(int root, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir = strndup(path, slash ? slash - path : 0);

	*name = slash ? slash + 1 : path;
	return dir ? vz_tree_open(root, dir) : -ENOMEM;
}

static int remove_gone(struct backup_file *f, void *arg)
{
	struct disk_copy *k = arg;
	cleanup_close int dir = -1;
	const char *name;
	int ret;

	if (!f->pass || f->pass == k->pass)
		return 0;
	dir = open_parent(k->to, f->path, &name);
	f->pass = 0;
	/* Its folder went before it. */
	if (dir == -ENOENT || dir == -ENOTDIR || dir == -ELOOP)
		return 0;
	ret = dir < 0 ? dir : vz_tree_remove(dir, name, k->trash, NULL);
	return ret ? fail(ret, "remove", f->path, k->e) : 0;
}

static bool is_trash(const struct disk_copy *k, int dir, const char *name)
{
	struct stat trash, st;

	return !fstat(k->trash, &trash) && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       st.st_ino == trash.st_ino && st.st_dev == trash.st_dev;
}

/* Names that the copy has, and nobody has seen: it began with more. */
static int remove_strange(struct disk_copy *k, const char *path, struct vz_tree_todo *todo)
{
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	int fd = vz_tree_open(k->to, path), ret = 0;

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return fail(fd < 0 ? fd : -ENOMEM, "open folder", path, k->e);
	while (!ret && (de = readdir(d))) {
		cleanup_free char *full = NULL;
		struct backup_file *f;

		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    is_trash(k, fd, de->d_name))
			continue;
		if (asprintf(&full, "%s%s%s", path, *path ? "/" : "", de->d_name) < 0)
			return no_memory(k->e);
		f = backup_seen_file(k->seen, full);
		if (!f)
			return no_memory(k->e);
		if (!f->pass)
			ret = vz_tree_remove(fd, de->d_name, k->trash, NULL);
		else if (S_ISDIR(f->type))
			ret = vz_tree_todo_push(todo, path, de->d_name);
		if (ret)
			return fail(ret, "remove", full, k->e);
	}
	return ret;
}

static int remove_all_strange(struct disk_copy *k)
{
	struct vz_tree_todo todo = { 0 };
	int ret = remove_strange(k, "", &todo);

	while (!ret && todo.n) {
		cleanup_free char *path = vz_tree_todo_pop(&todo);

		ret = remove_strange(k, path, &todo);
	}
	vz_tree_todo_clear(&todo);
	return ret;
}

/* ---- passes ---- */

static int walk(struct disk_copy *k)
{
	struct stat st;
	int ret = fstat(k->from, &st) ? -errno : look(k, k->from, k->to, "", "", &st);

	if (ret)
		return fail(ret, "copy", "", k->e);
	ret = one_folder(k, "");
	while (!ret && k->todo.n) {
		cleanup_free char *path = vz_tree_todo_pop(&k->todo);

		ret = one_folder(k, path);
	}
	return ret;
}

int disk_copy_pass(struct disk_copy *k, int from, bool moves, const char *what, struct vz_err *e)
{
	int ret;

	k->from = from;
	k->moves = moves;
	k->e = e;
	if (!k->pass++)
		clock_gettime(CLOCK_REALTIME, &k->start);
	vz_progress_start(&k->progress, what, 0);
	ret = walk(k);
	if (!ret)
		ret = backup_seen_each(k->seen, remove_gone, k);
	if (!ret && k->compare)
		ret = remove_all_strange(k);
	vz_progress_end(&k->progress);
	return ret;
}

static int end_one(struct disk_copy *k, const struct backup_file *f)
{
	cleanup_close int from = -1, to = -1;
	const char *name;
	struct stat st, there;
	int ret = 0;

	from = open_parent(k->from, f->path, &name);
	to = open_parent(k->to, f->path, &name);
	if (from < 0 || to < 0)
		return fail(from < 0 ? from : to, "open", f->path, k->e);
	/* To set what is so would be a change to an overlay. */
	if (S_ISDIR(f->type) && !fstatat(from, *name ? name : ".", &st, AT_SYMLINK_NOFOLLOW) &&
	    !fstatat(to, *name ? name : ".", &there, AT_SYMLINK_NOFOLLOW) &&
	    memcmp(&st.st_mtim, &there.st_mtim, sizeof(st.st_mtim)))
		ret = disk_file_times(to, name, &st);
	/* Those of the root are the host's. */
	if (!ret && f->flags && *f->path)
		ret = vz_tree_flags_set(to, name, f->flags);
	if (ret == -EOPNOTSUPP)
		ret = 0;
	return ret ? fail(ret, "copy", f->path, k->e) : 0;
}

struct late {
	struct disk_copy *k;
	struct backup_file **file;
	size_t n, cap;
};

static int add_late(struct backup_file *f, void *arg)
{
	struct late *l = arg;

	if (f->pass != l->k->pass || (!S_ISDIR(f->type) && !f->flags))
		return 0;
	if (l->n == l->cap) {
		struct backup_file **more = realloc(l->file, (l->cap + 64) * 2 * sizeof(*more));

		if (!more)
			return no_memory(l->k->e);
		l->file = more;
		l->cap = (l->cap + 64) * 2;
	}
	l->file[l->n++] = f;
	return 0;
}

/* Children before their parents: an overlay copies a folder up for its child's sake. */
int disk_copy_end(struct disk_copy *k, int from, struct vz_err *e)
{
	struct late l = { .k = k };
	int ret;

	k->from = from;
	k->e = e;
	ret = backup_seen_each(k->seen, add_late, &l);
	while (!ret && l.n)
		ret = end_one(k, l.file[--l.n]);
	free(l.file);
	return ret;
}
