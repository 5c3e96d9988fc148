// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DIR frames: what is not a regular file is made at once, regular files are
 * judged, names that the source does not have go.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/copy_receiver.h"
#include "vzmigrate/copy_recv_dir.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

/* ---- what is not a regular file --------------------------------------------- */

static int make_special(struct copy_receiver *r, const Wire__Entry *en)
{
	cleanup_free char *target = NULL;

	switch (en->mode & S_IFMT) {
	case S_IFDIR:
		return mkdirat(r->stage, "n", 0700) ? -errno : 0;
	case S_IFLNK:
		if (!en->has_target || !en->target.len ||
		    memchr(en->target.data, 0, en->target.len))
			return -EPROTO;
		target = strndup((char *)en->target.data, en->target.len);
		if (!target)
			return -ENOMEM;
		return symlinkat(target, r->stage, "n") ? -errno : 0;
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFCHR:
	case S_IFBLK:
		return mknodat(r->stage, "n", (en->mode & S_IFMT) | 0600,
			       makedev(en->rdev_major, en->rdev_minor)) ? -errno : 0;
	}
	return -EPROTO;
}

static bool special_same(int dir, const char *name, const struct stat *st, const Wire__Entry *en)
{
	char buf[4096];
	ssize_t n;

	switch (st->st_mode & S_IFMT) {
	case S_IFLNK:
		n = readlinkat(dir, name, buf, sizeof(buf));
		return n >= 0 && (size_t)n == en->target.len && !memcmp(buf, en->target.data, n);
	case S_IFCHR:
	case S_IFBLK:
		return major(st->st_rdev) == en->rdev_major && minor(st->st_rdev) == en->rdev_minor;
	}
	return true;
}

static int put_special(struct copy_receiver *r, int dir, const char *name,
		       const struct stat *old, const Wire__Entry *en)
{
	bool mtime = !S_ISDIR(en->mode);
	int ret;

	if (old && (S_ISDIR(en->mode) || old->st_nlink == 1 || old->st_nlink <= en->nlink) &&
	    special_same(dir, name, old, en))
		return tree_entry_apply(dir, name, en, mtime);
	ret = make_special(r, en);
	if (ret)
		return ret;
	ret = tree_entry_apply(r->stage, "n", en, mtime);
	if (ret)
		return ret;
	return copy_into_place(r, "n", dir, name);
}

/* ---- folders ------------------------------------------------------------------- */

/* What a regular file needs: nothing, its digest, or all of it. */
static int judge_file(struct copy_receiver *r, int dir, const char *name,
		      const struct stat *old, const Wire__Entry *en, uint8_t *ask)
{
	*ask = COPY_ASK_WHOLE;
	if (!old || old->st_nlink > en->nlink || en->force || (uint64_t)old->st_size != en->size ||
	    old->st_mtim.tv_sec != en->mtime_sec || old->st_mtim.tv_nsec != en->mtime_nsec)
		return 0;
	*ask = r->verify && en->size ? COPY_ASK_DIGEST : COPY_ASK_NOT;
	return tree_entry_apply(dir, name, en, true);
}

static int one_entry(struct copy_receiver *r, struct copy_todo *t, size_t i, struct vz_err *e)
{
	const Wire__Entry *en = t->m->entry[i];
	cleanup_free char *name = tree_name_dup(&en->name);
	struct stat st, *old = NULL;
	int dir, ret;

	if (!name)
		return copy_protocol(r, "a bad file name", e);
	if (t->m->complete) {
		ret = copy_names_add(&r->names, strdup(name));
		if (ret)
			return copy_failed(t->path, name, ret, e);
	}
	if (en->same)
		return 0;
	if (!copy_entry_ok(en))
		return copy_protocol(r, "a bad entry", e);
	if (en->has_link) {
		char *target = tree_path_dup(&en->link);

		if (!target || !*target || S_ISDIR(en->mode)) {
			free(target);
			return copy_protocol(r, "a bad hard link", e);
		}
		copy_flags_put(&r->flags, t->path, name, 0);
		ret = copy_links_add(&r->links, strdup(t->path), strdup(name), target);
		return ret ? copy_failed(t->path, name, ret, e) : 0;
	}
	dir = copy_dir_open(r, t->path);
	if (dir < 0)
		return copy_failed(t->path, "", dir, e);
	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if ((st.st_mode & S_IFMT) == (en->mode & S_IFMT))
			old = &st;
	} else if (errno != ENOENT) {
		return copy_failed(t->path, name, -errno, e);
	}
	vz_tree_flags_set(dir, name, 0);
	ret = copy_flags_put(&r->flags, t->path, name, en->flags);
	if (ret)
		return copy_failed(t->path, name, ret, e);
	if (S_ISREG(en->mode))
		ret = judge_file(r, dir, name, old, en, &t->ask[i]);
	else
		ret = put_special(r, dir, name, old, en);
	if (t->ask[i] != COPY_ASK_NOT)
		t->open++;
	return ret ? copy_failed(t->path, name, ret, e) : 0;
}

/* Everything in the folder that was not named is removed. */
static int remove_rest(struct copy_receiver *r, struct vz_err *e)
{
	cleanup_dir DIR *d = NULL;
	int fd = vz_tree_cursor_open(&r->near, r->root, r->names.path), ret = 0;
	struct dirent *de;

	if (fd < 0)
		return copy_failed(r->names.path, "", fd, e);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return copy_failed(r->names.path, "", -ENOMEM, e);
	}
	while (!ret && (errno = 0, de = readdir(d))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    copy_names_has(&r->names, de->d_name))
			continue;
		vz_tree_cursor_drop(&r->near);
		ret = vz_tree_remove(fd, de->d_name, r->stage, &r->counts.removed);
		if (ret)
			ret = copy_failed(r->names.path, de->d_name, ret, e);
	}
	return ret;
}

static int ask(struct copy_receiver *r, struct copy_todo *t, struct vz_err *e)
{
	Wire__Need n = WIRE__NEED__INIT;
	int ret;

	n.seq = t->m->seq;
	n.whole = calloc(t->m->n_entry + 1, sizeof(*n.whole));
	n.digest = calloc(t->m->n_entry + 1, sizeof(*n.digest));
	if (n.whole && n.digest) {
		for (size_t i = 0; i < t->m->n_entry; i++) {
			if (t->ask[i] == COPY_ASK_WHOLE)
				n.whole[n.n_whole++] = i;
			else if (t->ask[i] == COPY_ASK_DIGEST)
				n.digest[n.n_digest++] = i;
		}
		ret = wire_send(r->w, WIRE_NEED, &n.base, NULL, 0, e);
	} else {
		ret = copy_failed(t->path, "", -ENOMEM, e);
	}
	free(n.whole);
	free(n.digest);
	return ret;
}

static int take_self(struct copy_receiver *r, struct copy_todo *t, struct vz_err *e)
{
	const Wire__Entry *self = t->m->self;
	int dir, ret;

	if (!copy_entry_ok(self) || !S_ISDIR(self->mode))
		return copy_protocol(r, "a bad folder", e);
	dir = copy_dir_open(r, t->path);
	if (dir < 0)
		return copy_failed(t->path, "", dir, e);
	vz_tree_flags_set(dir, "", 0);
	/* The root is the host's to rename and to remove. */
	ret = copy_flags_put(&r->flags, t->path, "",
			     *t->path ? self->flags : self->flags & ~VZ_TREE_FLAGS_HARD);
	if (!ret)
		ret = tree_entry_apply(dir, "", self, false);
	if (!ret)
		ret = copy_times_add(&r->times, strdup(t->path), self->mtime_sec, self->mtime_nsec);
	return ret ? copy_failed(t->path, "", ret, e) : 0;
}

/* Keep the names of a complete listing over the parts of one folder. */
static int track_names(struct copy_receiver *r, struct copy_todo *t, struct vz_err *e)
{
	if (r->names.path && strcmp(r->names.path, t->path))
		return copy_protocol(r, "a folder that does not end", e);
	if (!t->m->complete || r->names.path)
		return 0;
	r->names.path = strdup(t->path);
	return r->names.path ? 0 : copy_failed(t->path, "", -ENOMEM, e);
}

static int take_dir(struct copy_receiver *r, struct copy_todo *t, struct vz_err *e)
{
	int ret = track_names(r, t, e);

	if (!ret && t->m->self)
		ret = take_self(r, t, e);
	for (size_t i = 0; !ret && i < t->m->n_entry; i++)
		ret = one_entry(r, t, i, e);
	if (!ret && t->m->last && t->m->complete) {
		ret = remove_rest(r, e);
		copy_names_clear(&r->names);
	}
	return ret ? ret : ask(r, t, e);
}

int copy_take_dir(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	struct copy_todo *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return copy_failed("", "", -ENOMEM, e);
	t->m = (Wire__Dir *)f->msg;
	f->msg = NULL;
	t->path = tree_path_dup(&t->m->path);
	t->ask = calloc(t->m->n_entry + 1, 1);
	if (!t->path || !t->ask || r->ntodo >= COPY_TODO_MAX)
		ret = copy_protocol(r, "a bad folder path, or too many of them", e);
	else
		ret = take_dir(r, t, e);
	if (ret || !t->open) {
		copy_todo_free(t);
		return ret;
	}
	t->next = r->head;
	r->head = t;
	r->ntodo++;
	return 0;
}
