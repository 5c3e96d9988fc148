// SPDX-License-Identifier: GPL-2.0-or-later
/* Each file is new: what a name led to before is never written to. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/tree.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/images_recv.h"
#include "vzmigrate/refs.h"
#include "vzmigrate/wire.pb-c.h"

static int bad_frame(struct vz_err *e)
{
	return vz_error(e, VZ_CONNECT, -EPROTO, "a bad IMAGE frame");
}

static int failed(const struct images_receiver *r, int err, struct vz_err *e)
{
	return vz_error_sys(e, VZ_COPY, err, "write the image %s", r->name);
}

/* r->fd becomes it. */
static int open_new(struct images_receiver *r, const ProtobufCBinaryData *name, struct vz_err *e)
{
	images_release(r);
	if (!vz_tree_name_ok(name->data, name->len) || name->len >= sizeof(r->name))
		return bad_frame(e);
	memcpy(r->name, name->data, name->len);
	r->name[name->len] = '\0';
	r->fd = openat(r->dir, r->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return r->fd < 0 ? failed(r, -errno, e) : 0;
}

static int write_at(struct images_receiver *r, const uint8_t *p, size_t len, uint64_t at,
		    struct vz_err *e)
{
	int ret = vz_pwrite_all(r->fd, p, len, at);

	return ret ? failed(r, ret, e) : 0;
}

static int take_small(struct images_receiver *r, const Wire__Image *m, const struct wire_frame *f,
		      struct vz_err *e)
{
	size_t at = 0;

	if (m->n_name != m->n_size)
		return bad_frame(e);
	for (size_t i = 0; i < m->n_name; i++) {
		int ret = m->size[i] > f->raw_len - at ? bad_frame(e) :
							 open_new(r, &m->name[i], e);

		if (ret)
			return ret;
		ret = write_at(r, f->raw + at, m->size[i], 0, e);
		if (ret)
			return ret;
		at += m->size[i];
	}
	images_release(r);
	return at == f->raw_len ? 0 : bad_frame(e);
}

static bool is_open(const struct images_receiver *r, const ProtobufCBinaryData *name)
{
	return r->fd >= 0 && strlen(r->name) == name->len &&
	       !memcmp(r->name, name->data, name->len);
}

static int take_piece(struct images_receiver *r, const Wire__Image *m, const struct wire_frame *f,
		      struct vz_err *e)
{
	uint64_t at = m->offset;
	int ret = 0;

	if (m->n_name != 1 || m->n_size || at > INT64_MAX / 2)
		return bad_frame(e);
	if (!is_open(r, &m->name[0]))
		ret = open_new(r, &m->name[0], e);
	if (ret)
		return ret;
	if (!m->refs)
		return write_at(r, f->raw, f->raw_len, at, e);
	ret = refs_write(r->fd, &at, INT64_MAX, f->raw, f->raw_len, r->store, *r->nstore);
	if (ret == -EPROTO)
		return bad_frame(e);
	/* Zeros at its end are not written. */
	if (!ret && ftruncate(r->fd, at))
		ret = -errno;
	return ret ? failed(r, ret, e) : 0;
}

int images_take(struct images_receiver *r, const struct wire_frame *f, struct vz_err *e)
{
	const Wire__Image *m = (const Wire__Image *)f->msg;

	return m->has_offset ? take_piece(r, m, f, e) : take_small(r, m, f, e);
}

void images_release(struct images_receiver *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
