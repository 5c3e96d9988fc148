// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Source side of the copy engine. Folders are walked from a list of paths, so
 * the depth of the tree costs no descriptor. Each folder goes out as one or more DIR
 * frames; up to WINDOW of them wait for their NEED answers, which are small
 * enough to fit into the pipes, so neither side can block the other for good.
 *
 * What is the same as in the pass before is known from the change time of its
 * inode (libvz/tree_time.h). What lies in a folder that was moved is all new to the other
 * side, although no inode in it has changed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/tree.h"
#include "libvz/tree_time.h"
#include "libvz/tree_todo.h"
#include "vzmigrate/changes.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_batch.h"
#include "vzmigrate/copy_seen.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/copy_send_file.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

/* Of a pass of changed folders: a file with several names changed, of which one is known. */
#define WALK_ALL	1
#define WINDOW		4
#define BATCH_ENTRIES	400
#define BATCH_BYTES	(256U << 10)

/* A folder being put into frames. */
struct dir_out {
	struct copy_sender *s;
	const char *path;
	int fd;
	bool complete;
	bool moved;		/* or new: nothing in it is the same */
	uint64_t ino;
	Wire__Entry self;
	bool has_self;
	Wire__Entry **entry;
	size_t n, bytes;
};

void copy_sender_init(struct copy_sender *s, struct wire *w, int root, enum copy_tree kind)
{
	*s = (struct copy_sender){ .w = w, .root = root, .kind = kind };
	s->tail = &s->head;
}

void copy_sender_release(struct copy_sender *s)
{
	copy_batch_drop_all(s);
	vz_tree_cursor_drop(&s->near);
	copy_seen_free(s->seen);
	copy_seen_free(s->next);
	s->seen = s->next = NULL;
}

static int compare_ino(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool is_forced(const struct copy_sender *s, uint64_t ino)
{
	return s->nforce &&
	       bsearch(&ino, s->force, s->nforce, sizeof(ino), compare_ino);
}

/* ---- folders ----------------------------------------------------------------- */

static void dir_out_clear(struct dir_out *o)
{
	for (size_t i = 0; i < o->n; i++) {
		tree_entry_free(o->entry[i]);
		free(o->entry[i]);
	}
	o->n = o->bytes = 0;
	tree_entry_free(&o->self);
	o->has_self = false;
}

static int flush_dir(struct dir_out *o, bool last, struct vz_err *e)
{
	struct copy_sender *s = o->s;
	struct copy_batch *b = copy_batch_add(s, o->path, o->n);
	Wire__Dir m = WIRE__DIR__INIT;
	int ret;

	if (!b)
		return copy_no_memory(e);
	for (; b->n < o->n; b->n++) {
		b->name[b->n] =
			strndup((char *)o->entry[b->n]->name.data, o->entry[b->n]->name.len);
		if (!b->name[b->n])
			return copy_no_memory(e);
	}
	m.seq = b->seq;
	m.path.data = (uint8_t *)b->path;
	m.path.len = strlen(b->path);
	m.self = o->has_self ? &o->self : NULL;
	m.entry = o->entry;
	m.n_entry = o->n;
	m.complete = o->complete;
	m.last = last;
	ret = wire_send(s->w, WIRE_DIR, &m.base, NULL, 0, e);
	dir_out_clear(o);
	while (!ret && s->nbatches >= WINDOW)
		ret = copy_send_answer(s, e);
	return ret;
}

static int add_entry(struct dir_out *o, Wire__Entry *en, const char *name, struct vz_err *e)
{
	en->name.data = (uint8_t *)strdup(name);
	en->name.len = strlen(name);
	if (!en->name.data)
		return copy_no_memory(e);
	o->bytes += 64 + en->name.len + en->target.len + en->link.len;
	for (size_t i = 0; i < en->n_xattr; i++)
		o->bytes += en->xattr[i]->name.len + en->xattr[i]->value.len + 16;
	o->entry[o->n++] = en;
	if (o->n < BATCH_ENTRIES && o->bytes < BATCH_BYTES)
		return 0;
	return flush_dir(o, false, e);
}

static bool is_same(const struct copy_sender *s, const struct stat *st)
{
	return s->seen && !is_forced(s, st->st_ino) &&
	       copy_seen_same(s->seen, st->st_ino, &st->st_ctim, &s->seen_start);
}

/* Everything about a name that changed. 1: it vanished meanwhile. */
static int fill_entry(struct dir_out *o, const char *name, const struct stat *st,
		      const char *link, Wire__Entry *en, struct vz_err *e)
{
	int ret = tree_entry_read(o->fd, name, st, en);

	if (ret == -ENOENT || (ret == -EINVAL && S_ISLNK(st->st_mode)))
		return 1;
	if (ret)
		return vz_error_sys(e, VZ_COPY, ret, "attributes of %s/%s", o->path, name);
	if (link) {
		en->link.data = (uint8_t *)strdup(link);
		en->link.len = strlen(link);
		en->has_link = true;
		if (!en->link.data)
			return copy_no_memory(e);
	}
	return 0;
}

/* In a pass of changed folders: this one is looked at on its own account, or not at all. */
static bool is_elsewhere(const struct dir_out *o, const struct stat *st, const char *name)
{
	char path[PATH_MAX];

	if (!o->s->partial)
		return false;
	snprintf(path, sizeof(path), "%s%s%s", o->path, *o->path ? "/" : "", name);
	return copy_seen_dir_at(o->s->seen, st->st_ino, path);
}

static int one_name(struct dir_out *o, struct vz_tree_todo *k, const char *name, struct vz_err *e)
{
	struct copy_sender *s = o->s;
	const char *link = NULL;
	Wire__Entry *en;
	struct stat st;
	bool same, unchanged;
	int ret = 0;

	if (fstatat(o->fd, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if (errno == ENOENT)
			return 0;
		return vz_error_sys(e, VZ_COPY, -errno, "stat %s/%s", o->path, name);
	}
	unchanged = !o->moved && is_same(s, &st);
	if (S_ISDIR(st.st_mode)) {
		ret = is_elsewhere(o, &st, name) ? 0 : vz_tree_todo_push(k, o->path, name);
		if (ret == -ENAMETOOLONG)
			return vz_error(e, VZ_COPY, ret,
					"its folders are nested too deep, below %.200s/...: move some of them up or remove them in the CT",
					o->path);
		if (ret)
			return vz_error_sys(e, VZ_COPY, ret, "folder %s/%s", o->path, name);
	} else if (st.st_nlink > 1 && !(s->partial && unchanged)) {
		s->need_all = s->partial;
		link = copy_seen_link(s->next, st.st_ino, o->path, name, &ret);
		if (ret)
			return copy_no_memory(e);
	}
	/* With several names it may be the other one that moved: let them look. */
	same = unchanged && (S_ISDIR(st.st_mode) || st.st_nlink == 1 || s->partial);
	if (copy_seen_put(s->next, st.st_ino, &st.st_ctim) ||
	    (!S_ISDIR(st.st_mode) && copy_seen_in(s->next, st.st_ino, o->ino)))
		return copy_no_memory(e);
	if (s->progress && S_ISREG(st.st_mode) && !link)
		vz_progress_add(s->progress, st.st_blocks * 512);
	if (same && !o->complete)
		return 0;
	en = malloc(sizeof(*en));
	if (!en)
		return copy_no_memory(e);
	wire__entry__init(en);
	if (same)
		en->has_same = en->same = true;
	else
		ret = fill_entry(o, name, &st, link, en, e);
	if (!ret && !unchanged && S_ISREG(st.st_mode) && s->seen)
		en->has_force = en->force = true;
	if (!ret)
		return add_entry(o, en, name, e);
	tree_entry_free(en);
	free(en);
	/* The destination was not told of this folder, so it must not get its names. */
	if (ret > 0 && S_ISDIR(st.st_mode))
		free(vz_tree_todo_pop(k));
	return ret < 0 ? ret : 0;
}

static int walk_dir(struct copy_sender *s, struct vz_tree_todo *k, const char *path,
		    struct vz_err *e)
{
	Wire__Entry *entry[BATCH_ENTRIES];
	struct dir_out o = { .s = s, .path = path, .entry = entry };
	cleanup_dir DIR *d = NULL;
	struct dirent *de;
	struct stat st;
	int ret = 0;

	wire__entry__init(&o.self);
	o.fd = vz_tree_todo_open(k, s->root, path);
	if ((o.fd == -ENOENT || o.fd == -ENOTDIR || o.fd == -ELOOP) &&
	    (!s->final || s->partial) && *path)
		return 0;
	if (o.fd == -EXDEV)
		return vz_error(e, VZ_COPY, -EXDEV,
				"something is mounted on %s in the private area: unmount it first", path);
	if (o.fd < 0)
		return vz_error_sys(e, VZ_COPY, o.fd, "open folder %s", path);
	d = fdopendir(o.fd);
	if (!d) {
		close(o.fd);
		return copy_no_memory(e);
	}
	if (fstat(o.fd, &st))
		return vz_error_sys(e, VZ_COPY, -errno, "stat %s", path);
	/* What is new in its folder was looked at with it. */
	if (s->partial && copy_seen_dir_at(s->next, st.st_ino, path))
		return 0;
	s->nfolders++;
	changes_take(s->changes);
	o.ino = st.st_ino;
	o.moved = s->seen && !copy_seen_dir_at(s->seen, st.st_ino, path);
	o.complete = o.moved || !is_same(s, &st);
	if (copy_seen_put(s->next, st.st_ino, &st.st_ctim) ||
	    copy_seen_dir(s->next, st.st_ino, path))
		return copy_no_memory(e);
	ret = tree_entry_read(o.fd, "", &st, &o.self);
	if (ret) {
		tree_entry_free(&o.self);
		return vz_error_sys(e, VZ_COPY, ret, "attributes of %s", path);
	}
	o.has_self = true;
	while (!ret && (errno = 0, de = readdir(d))) {
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = one_name(&o, k, de->d_name, e);
	}
	if (!ret && errno)
		ret = vz_error_sys(e, VZ_COPY, -errno, "read folder %s", path);
	if (!ret && (o.complete || o.n))
		ret = flush_dir(&o, true, e);
	dir_out_clear(&o);
	return !ret && s->need_all ? WALK_ALL : ret;
}

/* ---- passes --------------------------------------------------------------------- */

/* path and what is below it; of that, in a pass of changed folders, what is new there. */
static int walk_from(struct copy_sender *s, const char *from, struct vz_err *e)
{
	struct vz_tree_todo k = { 0 };
	int ret = walk_dir(s, &k, from, e);

	while (!ret && k.n) {
		cleanup_free char *path = vz_tree_todo_pop(&k);

		ret = walk_dir(s, &k, path, e);
	}
	vz_tree_todo_clear(&k);
	return ret;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * Folders in which something may have changed: an inode that is not known is new, and
 * its folder has changed too; or it is none of this tree. What was moved is met in its new
 * folder, so a path where nothing is any more is left out. Sorted, so that a folder comes
 * before what is in it.
 */
static int walk_changed(struct copy_sender *s, struct vz_err *e)
{
	cleanup_free const char **place = calloc(s->nchanged + 1, sizeof(*place));
	size_t n = 0;
	int ret = 0;

	if (!place)
		return copy_no_memory(e);
	for (size_t i = 0; i < s->nchanged; i++) {
		place[n] = copy_seen_place(s->seen, s->changed[i]);
		n += !!place[n];
	}
	qsort(place, n, sizeof(*place), by_path);
	for (size_t i = 0; !ret && i < n; i++)
		if (!i || strcmp(place[i], place[i - 1]))
			ret = walk_from(s, place[i], e);
	return ret;
}

static int walk(struct copy_sender *s, struct vz_err *e)
{
	int ret = WALK_ALL;

	s->partial = s->changed && s->seen;
	s->nfolders = 0;
	if (s->partial)
		ret = walk_changed(s, e);
	if (ret == WALK_ALL) {
		/* What was told so far is told again: it does no harm. */
		s->partial = s->need_all = false;
		copy_seen_free(s->next);
		s->next = copy_seen_new();
		ret = s->next ? walk_from(s, "", e) : copy_no_memory(e);
	}
	while (!ret && s->nbatches)
		ret = copy_send_answer(s, e);
	vz_tree_cursor_drop(&s->near);
	return ret;
}

static int begin_pass(struct copy_sender *s, struct vz_err *e)
{
	Wire__Tree t = WIRE__TREE__INIT;

	s->counts = (struct copy_counts){ 0 };
	s->next = copy_seen_new();
	if (!s->next)
		return copy_no_memory(e);
	clock_gettime(CLOCK_REALTIME, &s->start);
	/* Nothing is compared with the last pass any more. */
	if (!s->final && syncfs(s->root))
		return vz_error_sys(e, VZ_COPY, -errno, "sync the file system of the VE");
	t.kind = s->kind;
	t.verify = s->verify;
	t.final = s->final;
	return wire_send(s->w, WIRE_TREE, &t.base, NULL, 0, e);
}

static int end_pass(struct copy_sender *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	Wire__Done m = WIRE__DONE__INIT;
	int ret = wire_send(s->w, WIRE_DONE, &m.base, NULL, 0, e);

	if (ret)
		return ret;
	ret = wire_expect(s->w, WIRE_DONE, &f, e);
	if (ret)
		return ret;
	s->counts.removed = ((const Wire__Done *)f.msg)->removed;
	copy_seen_free(s->seen);
	s->seen = s->next;
	s->next = NULL;
	s->seen_start = vz_tree_time_limit(&s->start);
	s->passes++;
	return 0;
}

int copy_send_pass(struct copy_sender *s, bool verify, bool final, struct vz_err *e)
{
	int ret;

	s->verify = verify;
	s->final = final;
	ret = begin_pass(s, e);
	if (!ret)
		ret = walk(s, e);
	if (!ret)
		ret = end_pass(s, e);
	if (!ret)
		return 0;
	copy_batch_drop_all(s);
	copy_seen_free(s->next);
	s->next = NULL;
	return wire_why(s->w, ret, e);
}
