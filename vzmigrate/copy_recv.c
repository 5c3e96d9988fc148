// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Destination side of the copy engine. Whatever is made is made in the
 * staging folder, gets its owner, mode and attributes there, and is renamed into
 * place, so a name never shows half a file. Hard links and times of folders come
 * last. Everything the peer says is checked against what it was asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/tree.h"
#include "libvz/tree_flags.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/copy_recv_dir.h"
#include "vzmigrate/copy_recv_file.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

void copy_receiver_init(struct copy_receiver *r, struct wire *w, int root, int stage)
{
	*r = (struct copy_receiver){ .w = w, .root = root, .stage = stage, .store = -1,
				      .dir_fd = -1 };
	r->file.fd = -1;
}

void copy_receiver_release(struct copy_receiver *r)
{
	copy_file_clear(r);
	while (r->head) {
		struct copy_todo *t = r->head;

		r->head = t->next;
		copy_todo_free(t);
	}
	r->ntodo = 0;
	copy_dir_forget(r);
	vz_tree_cursor_drop(&r->near);
	copy_names_clear(&r->names);
	copy_links_clear(&r->links);
	copy_times_clear(&r->times);
	copy_flags_clear(&r->flags);
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
	vz_tree_flags_soften(from, tname);
	unlinkat(r->stage, "l", 0);
	if (linkat(from, tname, r->stage, "l", 0))
		return -errno;
	return copy_into_place(r, "l", to, l->name);
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
			return copy_failed(l->dir, l->name, ret, e);
	}
	return 0;
}

static int put_times(struct copy_receiver *r, struct vz_err *e)
{
	for (size_t i = 0; i < r->times.n; i++) {
		const struct copy_time *t = &r->times.time[i];
		Wire__Entry en = WIRE__ENTRY__INIT;
		cleanup_close int dir = vz_tree_cursor_open(&r->near, r->root, t->path);
		int ret = dir < 0 ? dir : 0;

		/* A folder may have given way to a file of its name since. */
		if (ret == -ENOENT || ret == -ENOTDIR)
			continue;
		en.mtime_sec = t->sec;
		en.mtime_nsec = t->nsec;
		if (!ret)
			ret = tree_set_mtime(dir, "", &en);
		if (ret)
			return copy_failed(t->path, "", ret, e);
	}
	return 0;
}

/*
 * Once nothing will change any more. A file system that lacks a flag is told
 * of, and no reason to keep the VE away.
 */
static int put_flags(struct copy_receiver *r, struct vz_err *e)
{
	struct copy_flag *f = NULL;

	while ((f = copy_flags_next(&r->flags, f))) {
		cleanup_free char *dir = NULL;
		cleanup_close int at = -1;
		const char *name;
		int ret = split(f->path, &dir, &name);

		if (!ret) {
			at = vz_tree_open(r->root, dir);
			ret = at < 0 ? at : vz_tree_flags_set(at, name, f->flags);
		}
		/* It may have gone since it was told of. */
		if (ret == -ENOENT || ret == -ENOTDIR)
			continue;
		if (ret == -EOPNOTSUPP)
			vz_warn("%s: this file system does not keep its attributes (lsattr)",
				f->path);
		else if (ret)
			return copy_failed(f->path, "", ret, e);
	}
	return 0;
}

static int end_pass(struct copy_receiver *r, struct vz_err *e)
{
	Wire__Done m = WIRE__DONE__INIT;
	int ret;

	if (r->head || r->file.msg || r->names.path)
		return copy_protocol(r, "a pass that ends too early", e);
	copy_dir_forget(r);
	ret = put_links(r, e);
	if (!ret)
		ret = put_times(r, e);
	if (!ret && r->final)
		ret = put_flags(r, e);
	/* Now, while the VE still runs, and not in the last pass. */
	if (!ret && !r->final && syncfs(r->root))
		ret = vz_error_sys(e, VZ_COPY, -errno, "write the files to disk");
	vz_tree_cursor_drop(&r->near);
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
		return copy_protocol(r, "a file that does not end", e);
	switch (f->type) {
	case WIRE_DIR:
		return copy_take_dir(r, f, e);
	case WIRE_FILE:
		return copy_take_file(r, f, e);
	case WIRE_DATA:
		return copy_take_data(r, f, e);
	case WIRE_DIGEST:
		return copy_take_digest(r, f, e);
	default:
		return copy_protocol(r, wire_type_name(f->type), e);
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
