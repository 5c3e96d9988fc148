// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Destination side of the copy engine. Whatever is made is made in the
 * staging folder, gets its owner, mode and attributes there, and is renamed into
 * place, so a name never shows half a file. Hard links and times of folders come
 * last. Everything the peer says is checked against what it was asked for.
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
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

#define TODO_MAX	16	/* the source keeps fewer open */

enum { ASK_NOT, ASK_WHOLE, ASK_DIGEST };

/* A DIR frame with files that are still to come. */
struct copy_todo {
	struct copy_todo *next;
	Wire__Dir *m;
	char *path;
	uint8_t *ask;		/* per entry */
	size_t open;		/* entries asked for and not yet answered */
};

void copy_receiver_init(struct copy_receiver *r, struct wire *w, int root, int stage)
{
	*r = (struct copy_receiver){ .w = w, .root = root, .stage = stage, .dir_fd = -1 };
	r->file.fd = -1;
}

static void todo_free(struct copy_todo *t)
{
	if (t->m)
		protobuf_c_message_free_unpacked(&t->m->base, NULL);
	free(t->path);
	free(t->ask);
	free(t);
}

static void file_clear(struct copy_receiver *r)
{
	if (r->file.fd >= 0)
		close(r->file.fd);
	if (r->file.msg)
		protobuf_c_message_free_unpacked(&r->file.msg->base, NULL);
	memset(&r->file, 0, sizeof(r->file));
	r->file.fd = -1;
}

static void forget_dir(struct copy_receiver *r)
{
	free(r->dir_path);
	r->dir_path = NULL;
	if (r->dir_fd >= 0)
		close(r->dir_fd);
	r->dir_fd = -1;
}

void copy_receiver_release(struct copy_receiver *r)
{
	file_clear(r);
	while (r->head) {
		struct copy_todo *t = r->head;

		r->head = t->next;
		todo_free(t);
	}
	r->ntodo = 0;
	forget_dir(r);
	copy_names_clear(&r->names);
	copy_links_clear(&r->links);
	copy_times_clear(&r->times);
}

static int protocol(struct copy_receiver *r, const char *what, struct vz_err *e)
{
	return vz_error(e, VZ_COPY, -EPROTO, "%s breaks the copy protocol: %s", r->w->peer, what);
}

static int failed(const char *dir, const char *name, int err, struct vz_err *e)
{
	return vz_error_sys(e, VZ_COPY, err, "write %s%s%s", dir, *dir ? "/" : "", name);
}

static int dir_of(struct copy_receiver *r, const char *path)
{
	if (r->dir_path && !strcmp(r->dir_path, path))
		return r->dir_fd;
	forget_dir(r);
	r->dir_fd = vz_tree_open(r->root, path);
	if (r->dir_fd >= 0)
		r->dir_path = strdup(path);
	return r->dir_fd;
}

/* Move what was made in the staging folder to dir/name, over whatever is there. */
static int into_place(struct copy_receiver *r, const char *made, int dir, const char *name)
{
	struct stat old, new;
	int ret;

	if (!fstatat(dir, name, &old, AT_SYMLINK_NOFOLLOW)) {
		if (fstatat(r->stage, made, &new, AT_SYMLINK_NOFOLLOW))
			return -errno;
		/* Two names of one inode: rename would do nothing. */
		if (old.st_ino == new.st_ino && old.st_dev == new.st_dev)
			return unlinkat(r->stage, made, 0) ? -errno : 0;
		if (S_ISDIR(old.st_mode) || S_ISDIR(new.st_mode)) {
			ret = vz_tree_remove(dir, name, r->stage, &r->counts.removed);
			if (ret)
				return ret;
		}
	}
	return renameat(r->stage, made, dir, name) ? -errno : 0;
}

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
	if (!ret)
		ret = tree_entry_apply(r->stage, "n", en, mtime);
	if (!ret)
		ret = into_place(r, "n", dir, name);
	return ret;
}

/* ---- folders ------------------------------------------------------------------- */

static bool entry_ok(const Wire__Entry *en)
{
	unsigned int type = en->mode & S_IFMT;

	if (!en->has_mode || !en->has_uid || !en->has_gid || !en->has_mtime_sec ||
	    !en->has_mtime_nsec || en->mtime_nsec > 999999999 || (en->mode & ~(S_IFMT | 07777U)))
		return false;
	return type == S_IFREG || type == S_IFDIR || type == S_IFLNK || type == S_IFIFO ||
	       type == S_IFSOCK || type == S_IFCHR || type == S_IFBLK;
}

/* What a regular file needs: nothing, its digest, or all of it. */
static int judge_file(struct copy_receiver *r, int dir, const char *name,
		      const struct stat *old, const Wire__Entry *en, uint8_t *ask)
{
	*ask = ASK_WHOLE;
	if (!old || old->st_nlink > en->nlink || en->force || (uint64_t)old->st_size != en->size ||
	    old->st_mtim.tv_sec != en->mtime_sec || old->st_mtim.tv_nsec != en->mtime_nsec)
		return 0;
	*ask = r->verify && en->size ? ASK_DIGEST : ASK_NOT;
	return tree_entry_apply(dir, name, en, true);
}

static int one_entry(struct copy_receiver *r, struct copy_todo *t, size_t i, struct vz_err *e)
{
	const Wire__Entry *en = t->m->entry[i];
	cleanup_free char *name = tree_name_dup(&en->name);
	struct stat st, *old = NULL;
	int dir, ret;

	if (!name)
		return protocol(r, "a bad file name", e);
	if (t->m->complete) {
		ret = copy_names_add(&r->names, strdup(name));
		if (ret)
			return failed(t->path, name, ret, e);
	}
	if (en->same)
		return 0;
	if (!entry_ok(en))
		return protocol(r, "a bad entry", e);
	if (en->has_link) {
		char *target = tree_path_dup(&en->link);

		if (!target || !*target || S_ISDIR(en->mode)) {
			free(target);
			return protocol(r, "a bad hard link", e);
		}
		ret = copy_links_add(&r->links, strdup(t->path), strdup(name), target);
		return ret ? failed(t->path, name, ret, e) : 0;
	}
	dir = dir_of(r, t->path);
	if (dir < 0)
		return failed(t->path, "", dir, e);
	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		if ((st.st_mode & S_IFMT) == (en->mode & S_IFMT))
			old = &st;
	} else if (errno != ENOENT) {
		return failed(t->path, name, -errno, e);
	}
	if (S_ISREG(en->mode))
		ret = judge_file(r, dir, name, old, en, &t->ask[i]);
	else
		ret = put_special(r, dir, name, old, en);
	if (t->ask[i] != ASK_NOT)
		t->open++;
	return ret ? failed(t->path, name, ret, e) : 0;
}

/* Everything in the folder that was not named is removed. */
static int remove_rest(struct copy_receiver *r, struct vz_err *e)
{
	cleanup_dir DIR *d = NULL;
	int fd = vz_tree_open(r->root, r->names.path), ret = 0;
	struct dirent *de;

	if (fd < 0)
		return failed(r->names.path, "", fd, e);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return failed(r->names.path, "", -ENOMEM, e);
	}
	while (!ret && (errno = 0, de = readdir(d))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    copy_names_has(&r->names, de->d_name))
			continue;
		ret = vz_tree_remove(fd, de->d_name, r->stage, &r->counts.removed);
		if (ret)
			ret = failed(r->names.path, de->d_name, ret, e);
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
			if (t->ask[i] == ASK_WHOLE)
				n.whole[n.n_whole++] = i;
			else if (t->ask[i] == ASK_DIGEST)
				n.digest[n.n_digest++] = i;
		}
		ret = wire_send(r->w, WIRE_NEED, &n.base, NULL, 0, e);
	} else {
		ret = failed(t->path, "", -ENOMEM, e);
	}
	free(n.whole);
	free(n.digest);
	return ret;
}

static int take_self(struct copy_receiver *r, struct copy_todo *t, struct vz_err *e)
{
	const Wire__Entry *self = t->m->self;
	int dir, ret;

	if (!entry_ok(self) || !S_ISDIR(self->mode))
		return protocol(r, "a bad folder", e);
	dir = dir_of(r, t->path);
	if (dir < 0)
		return failed(t->path, "", dir, e);
	ret = tree_entry_apply(dir, "", self, false);
	if (!ret)
		ret = copy_times_add(&r->times, strdup(t->path), self->mtime_sec, self->mtime_nsec);
	return ret ? failed(t->path, "", ret, e) : 0;
}

/* Keep the names of a complete listing over the parts of one folder. */
static int track_names(struct copy_receiver *r, struct copy_todo *t, struct vz_err *e)
{
	if (r->names.path && strcmp(r->names.path, t->path))
		return protocol(r, "a folder that does not end", e);
	if (!t->m->complete || r->names.path)
		return 0;
	r->names.path = strdup(t->path);
	return r->names.path ? 0 : failed(t->path, "", -ENOMEM, e);
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

static int on_dir(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	struct copy_todo *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return failed("", "", -ENOMEM, e);
	t->m = (Wire__Dir *)f->msg;
	f->msg = NULL;
	t->path = tree_path_dup(&t->m->path);
	t->ask = calloc(t->m->n_entry + 1, 1);
	if (!t->path || !t->ask || r->ntodo >= TODO_MAX)
		ret = protocol(r, "a bad folder path, or too many of them", e);
	else
		ret = take_dir(r, t, e);
	if (ret || !t->open) {
		todo_free(t);
		return ret;
	}
	t->next = r->head;
	r->head = t;
	r->ntodo++;
	return 0;
}

/* ---- content --------------------------------------------------------------------- */

static struct copy_todo *find_todo(struct copy_receiver *r, uint32_t seq)
{
	struct copy_todo *t = r->head;

	while (t && t->m->seq != seq)
		t = t->next;
	return t;
}

static void answered(struct copy_receiver *r, struct copy_todo *t, uint32_t index)
{
	struct copy_todo **at = &r->head;

	t->ask[index] = ASK_NOT;
	if (--t->open)
		return;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	r->ntodo--;
	todo_free(t);
}

static int finish_file(struct copy_receiver *r, struct vz_err *e)
{
	struct copy_todo *t = r->file.todo;
	const Wire__Entry *meta = r->file.msg->meta;
	cleanup_free char *name = tree_name_dup(&t->m->entry[r->file.index]->name);
	int dir = dir_of(r, t->path), ret;

	if (!name)
		return failed(t->path, "", -ENOMEM, e);
	if (dir < 0)
		return failed(t->path, name, dir, e);
	ret = ftruncate(r->file.fd, meta->size) ? -errno : 0;
	if (!ret)
		ret = tree_entry_apply(r->stage, "f", meta, true);
	if (!ret)
		ret = into_place(r, "f", dir, name);
	if (ret)
		return failed(t->path, name, ret, e);
	r->counts.files++;
	answered(r, t, r->file.index);
	file_clear(r);
	return 0;
}

static int write_piece(struct copy_receiver *r, uint64_t offset, const struct wire_frame *f,
		       bool last, struct vz_err *e)
{
	uint64_t size = r->file.msg->meta->size;
	const uint8_t *p = f->raw;
	size_t len = f->raw_len;

	if (offset > size || len > size - offset)
		return protocol(r, "data behind the end of a file", e);
	r->counts.bytes += len;
	while (len) {
		ssize_t n = pwrite(r->file.fd, p, len, offset);

		if (n < 0)
			return failed(r->file.todo->path, "", -errno, e);
		p += n;
		offset += n;
		len -= n;
	}
	return last ? finish_file(r, e) : 0;
}

static int on_file(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	const Wire__File *m = (const Wire__File *)f->msg;
	struct copy_todo *t = find_todo(r, m->seq);

	if (r->file.msg || !t || m->index >= t->m->n_entry || t->ask[m->index] != ASK_WHOLE)
		return protocol(r, "a file that was not asked for", e);
	if (m->gone) {
		if (r->final)
			return protocol(r, "a file is gone in the last pass", e);
		answered(r, t, m->index);
		return 0;
	}
	if (!m->meta || !entry_ok(m->meta) || !S_ISREG(m->meta->mode) || m->meta->size > INT64_MAX)
		return protocol(r, "a bad file", e);
	r->file.fd =
		openat(r->stage, "f", O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->file.fd < 0)
		return failed(t->path, "(staging file)", -errno, e);
	r->file.todo = t;
	r->file.index = m->index;
	r->file.msg = (Wire__File *)f->msg;
	f->msg = NULL;
	return write_piece(r, m->offset, f, m->last, e);
}

static int on_data(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	const Wire__Data *m = (const Wire__Data *)f->msg;

	if (!r->file.msg)
		return protocol(r, "data without a file", e);
	return write_piece(r, m->offset, f, m->last, e);
}

static bool same_digest(int dir, const char *name, uint64_t hash)
{
	cleanup_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t mine;

	return fd >= 0 && !tree_hash(fd, &mine) && mine == hash;
}

static int on_digest(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	const Wire__Digest *m = (const Wire__Digest *)f->msg;
	struct copy_todo *t = find_todo(r, m->seq);
	Wire__Need n = WIRE__NEED__INIT;
	int dir, ret;

	if (!t || r->file.msg || m->n_index != m->n_hash || !m->n_index ||
	    m->n_index > t->m->n_entry)
		return protocol(r, "digests that were not asked for", e);
	dir = dir_of(r, t->path);
	if (dir < 0)
		return failed(t->path, "", dir, e);
	n.seq = m->seq;
	n.whole = calloc(m->n_index, sizeof(*n.whole));
	if (!n.whole)
		return failed(t->path, "", -ENOMEM, e);
	for (size_t i = 0; i < m->n_index; i++) {
		uint32_t index = m->index[i];
		cleanup_free char *name = NULL;

		if (!t || index >= t->m->n_entry || t->ask[index] != ASK_DIGEST) {
			free(n.whole);
			return protocol(r, "a digest that was not asked for", e);
		}
		name = tree_name_dup(&t->m->entry[index]->name);
		if (!name || !same_digest(dir, name, m->hash[i])) {
			t->ask[index] = ASK_WHOLE;
			n.whole[n.n_whole++] = index;
			continue;
		}
		answered(r, t, index);
		t = find_todo(r, m->seq);
	}
	ret = wire_send(r->w, WIRE_NEED, &n.base, NULL, 0, e);
	free(n.whole);
	return ret;
}

/* ---- end of a pass ------------------------------------------------------------------ */

static int split(const char *path, char **dir, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash ? slash + 1 : path;
	*dir = slash ? strndup(path, slash - path) : strdup("");
	return *dir ? 0 : -ENOMEM;
}

/* 1: the file it should be a name of is not there. */
static int put_link(struct copy_receiver *r, const struct copy_link *l)
{
	cleanup_free char *tdir = NULL;
	cleanup_close int from = -1, to = -1;
	struct stat a, b;
	const char *tname;
	int ret;

	ret = split(l->target, &tdir, &tname);
	if (ret)
		return ret;
	from = vz_tree_open(r->root, tdir);
	to = vz_tree_open(r->root, l->dir);
	if (to < 0)
		return to;
	if (from < 0 || fstatat(from, tname, &a, AT_SYMLINK_NOFOLLOW) || S_ISDIR(a.st_mode))
		return 1;
	if (!fstatat(to, l->name, &b, AT_SYMLINK_NOFOLLOW) && a.st_ino == b.st_ino)
		return 0;
	unlinkat(r->stage, "l", 0);
	if (linkat(from, tname, r->stage, "l", 0))
		return -errno;
	return into_place(r, "l", to, l->name);
}

static int put_links(struct copy_receiver *r, struct vz_err *e)
{
	for (size_t i = 0; i < r->links.n; i++) {
		const struct copy_link *l = &r->links.link[i];
		int ret = put_link(r, l);

		if (ret == 1 && !r->final)
			continue;
		if (ret == 1)
			ret = -ENOENT;
		if (ret)
			return failed(l->dir, l->name, ret, e);
	}
	return 0;
}

static int put_times(struct copy_receiver *r, struct vz_err *e)
{
	for (size_t i = 0; i < r->times.n; i++) {
		const struct copy_time *t = &r->times.time[i];
		Wire__Entry en = WIRE__ENTRY__INIT;
		cleanup_close int dir = vz_tree_open(r->root, t->path);
		int ret = dir < 0 ? dir : 0;

		/* A folder may have given way to a file of its name since. */
		if (ret == -ENOENT || ret == -ENOTDIR)
			continue;
		en.mtime_sec = t->sec;
		en.mtime_nsec = t->nsec;
		if (!ret)
			ret = tree_set_mtime(dir, "", &en);
		if (ret)
			return failed(t->path, "", ret, e);
	}
	return 0;
}

static int end_pass(struct copy_receiver *r, struct vz_err *e)
{
	Wire__Done m = WIRE__DONE__INIT;
	int ret;

	if (r->head || r->file.msg || r->names.path)
		return protocol(r, "a pass that ends too early", e);
	forget_dir(r);
	ret = put_links(r, e);
	if (!ret)
		ret = put_times(r, e);
	copy_links_clear(&r->links);
	copy_times_clear(&r->times);
	if (ret)
		return ret;
	m.has_files = m.has_bytes = m.has_removed = true;
	m.files = r->counts.files;
	m.bytes = r->counts.bytes;
	m.removed = r->counts.removed;
	return wire_send(r->w, WIRE_DONE, &m.base, NULL, 0, e);
}

static int on_frame(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	if (r->file.msg && f->type != WIRE_DATA)
		return protocol(r, "a file that does not end", e);
	switch (f->type) {
	case WIRE_DIR:
		return on_dir(r, f, e);
	case WIRE_FILE:
		return on_file(r, f, e);
	case WIRE_DATA:
		return on_data(r, f, e);
	case WIRE_DIGEST:
		return on_digest(r, f, e);
	default:
		return protocol(r, wire_type_name(f->type), e);
	}
}

int copy_recv_pass(struct copy_receiver *r, const Wire__Tree *t, struct vz_err *e)
{
	r->verify = t->verify;
	r->final = t->final;
	r->counts = (struct copy_counts){ 0 };
	for (;;) {
		cleanup_frame struct wire_frame f = { 0 };
		int ret = wire_recv(r->w, &f, e);

		if (ret)
			return ret;
		if (f.type == WIRE_DONE)
			return end_pass(r, e);
		ret = on_frame(r, &f, e);
		if (ret)
			return ret;
	}
}
