// SPDX-License-Identifier: GPL-2.0-or-later
/* FILE, DATA and DIGEST frames: one file at a time, whole in the staging folder before it moves. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_list.h"
#include "vzmigrate/copy_receiver.h"
#include "vzmigrate/copy_recv_file.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/refs.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

void copy_file_clear(struct copy_receiver *r)
{
	if (r->file.fd >= 0)
		close(r->file.fd);
	if (r->file.msg)
		protobuf_c_message_free_unpacked(&r->file.msg->base, NULL);
	memset(&r->file, 0, sizeof(r->file));
	r->file.fd = -1;
}

static int finish_file(struct copy_receiver *r, struct vz_err *e)
{
	struct copy_todo *t = r->file.todo;
	const Wire__Entry *meta = r->file.msg->meta;
	cleanup_free char *name = tree_name_dup(&t->m->entry[r->file.index]->name);
	int dir = copy_dir_open(r, t->path), ret;

	if (!name)
		return copy_failed(t->path, "", -ENOMEM, e);
	if (dir < 0)
		return copy_failed(t->path, name, dir, e);
	ret = ftruncate(r->file.fd, meta->size) ? -errno : 0;
	if (!ret)
		ret = tree_entry_apply(r->stage, "f", meta, true);
	if (!ret)
		ret = copy_into_place(r, "f", dir, name);
	if (ret)
		return copy_failed(t->path, name, ret, e);
	r->counts.files++;
	copy_todo_answered(r, t, r->file.index);
	copy_file_clear(r);
	return 0;
}

/* Pages by reference: what a number stands for is in the store. */
static int write_pages(struct copy_receiver *r, uint64_t offset, const struct wire_frame *f,
		       bool last, struct vz_err *e)
{
	int ret;

	r->counts.bytes += f->raw_len;
	ret = refs_write(r->file.fd, &offset, r->file.msg->meta->size, f->raw, f->raw_len,
			 r->store, r->nstore);
	if (ret == -EPROTO)
		return copy_protocol(r, "pages that are none", e);
	if (ret)
		return copy_failed(r->file.todo->path, "(pages)", ret, e);
	return last ? finish_file(r, e) : 0;
}

static int write_piece(struct copy_receiver *r, uint64_t offset, bool refs,
		       const struct wire_frame *f, bool last, struct vz_err *e)
{
	uint64_t size = r->file.msg->meta->size;
	const uint8_t *p = f->raw;
	size_t len = f->raw_len;

	if (refs)
		return write_pages(r, offset, f, last, e);
	if (offset > size || len > size - offset)
		return copy_protocol(r, "data behind the end of a file", e);
	r->counts.bytes += len;
	while (len) {
		ssize_t n = pwrite(r->file.fd, p, len, offset);

		if (n < 0)
			return copy_failed(r->file.todo->path, "", -errno, e);
		p += n;
		offset += n;
		len -= n;
	}
	return last ? finish_file(r, e) : 0;
}

int copy_take_file(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	const Wire__File *m = (const Wire__File *)f->msg;
	struct copy_todo *t = copy_todo_find(r, m->seq);

	if (r->file.msg || !t || m->index >= t->m->n_entry || t->ask[m->index] != COPY_ASK_WHOLE)
		return copy_protocol(r, "a file that was not asked for", e);
	if (m->gone) {
		if (r->final)
			return copy_protocol(r, "a file is gone in the last pass", e);
		copy_todo_answered(r, t, m->index);
		return 0;
	}
	if (!m->meta || !copy_entry_ok(m->meta) || !S_ISREG(m->meta->mode) ||
	    m->meta->size > INT64_MAX)
		return copy_protocol(r, "a bad file", e);
	r->file.fd =
		openat(r->stage, "f", O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (r->file.fd < 0)
		return copy_failed(t->path, "(staging file)", -errno, e);
	r->file.todo = t;
	r->file.index = m->index;
	r->file.msg = (Wire__File *)f->msg;
	f->msg = NULL;
	return write_piece(r, m->offset, m->refs, f, m->last, e);
}

int copy_take_data(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	const Wire__Data *m = (const Wire__Data *)f->msg;

	if (!r->file.msg)
		return copy_protocol(r, "data without a file", e);
	return write_piece(r, m->offset, m->refs, f, m->last, e);
}

static bool same_digest(int dir, const char *name, uint64_t hash)
{
	cleanup_close int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint64_t mine;

	return fd >= 0 && !tree_hash(fd, &mine) && mine == hash;
}

int copy_take_digest(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e)
{
	const Wire__Digest *m = (const Wire__Digest *)f->msg;
	struct copy_todo *t = copy_todo_find(r, m->seq);
	Wire__Need n = WIRE__NEED__INIT;
	int dir, ret;

	if (!t || r->file.msg || m->n_index != m->n_hash || !m->n_index ||
	    m->n_index > t->m->n_entry)
		return copy_protocol(r, "digests that were not asked for", e);
	dir = copy_dir_open(r, t->path);
	if (dir < 0)
		return copy_failed(t->path, "", dir, e);
	n.seq = m->seq;
	n.whole = calloc(m->n_index, sizeof(*n.whole));
	if (!n.whole)
		return copy_failed(t->path, "", -ENOMEM, e);
	for (size_t i = 0; i < m->n_index; i++) {
		uint32_t index = m->index[i];
		cleanup_free char *name = NULL;

		if (!t || index >= t->m->n_entry || t->ask[index] != COPY_ASK_DIGEST) {
			free(n.whole);
			return copy_protocol(r, "a digest that was not asked for", e);
		}
		name = tree_name_dup(&t->m->entry[index]->name);
		if (!name || !same_digest(dir, name, m->hash[i])) {
			t->ask[index] = COPY_ASK_WHOLE;
			n.whole[n.n_whole++] = index;
			continue;
		}
		copy_todo_answered(r, t, index);
		t = copy_todo_find(r, m->seq);
	}
	ret = wire_send(r->w, WIRE_NEED, &n.base, NULL, 0, e);
	free(n.whole);
	return ret;
}
