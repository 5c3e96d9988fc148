// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Content of the files that the destination asked for. A file is opened only
 * when it is a regular one, and never waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/tree.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_batch.h"
#include "vzmigrate/copy_sender.h"
#include "vzmigrate/copy_send_file.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/refs.h"
#include "vzmigrate/tree.h"
#include "vzmigrate/wire.pb-c.h"

static int send_gone(struct copy_sender *s, const struct copy_batch *b, uint32_t index,
		     struct vz_err *e)
{
	Wire__File m = WIRE__FILE__INIT;

	if (s->final)
		return vz_error(e, VZ_COPY, -ESTALE, "%s/%s vanished although the VE stands still",
				b->path, b->name[index]);
	m.seq = b->seq;
	m.index = index;
	m.has_gone = m.gone = true;
	m.last = true;
	return wire_send(s->w, WIRE_FILE, &m.base, NULL, 0, e);
}

/* Next piece of data at or behind *pos, never longer than a frame; 0 at the end. */
static ssize_t next_piece(int fd, off_t size, off_t *pos, uint8_t *buf, off_t *hole_end)
{
	size_t want;

	if (*pos >= *hole_end) {
		off_t data = lseek(fd, *pos, SEEK_DATA), hole;

		if (data < 0 && errno == ENXIO)
			return 0;
		if (data < 0)
			data = *pos;	/* no such notion on this file system */
		hole = lseek(fd, data, SEEK_HOLE);
		*hole_end = hole < 0 ? size : hole;
		*pos = data;
	}
	if (*pos >= size)
		return 0;
	want = *hole_end - *pos < (off_t)WIRE_RAW_MAX ? *hole_end - *pos : WIRE_RAW_MAX;
	if ((off_t)want > size - *pos)
		want = size - *pos;
	return pread(fd, buf, want, *pos);
}

static int send_content(struct copy_sender *s, int fd, Wire__File *m, off_t size,
			const char *what, struct vz_err *e)
{
	cleanup_free uint8_t *buf = malloc(WIRE_RAW_MAX);
	off_t pos = 0, hole_end = 0;
	bool first = true, last;
	int ret;

	if (!buf)
		return copy_no_memory(e);
	do {
		ssize_t n = pos < size ? next_piece(fd, size, &pos, buf, &hole_end) : 0;

		if (n < 0)
			return vz_error_sys(e, VZ_COPY, -errno, "read %s", what);
		last = !n || pos + n >= size;
		if (first) {
			m->has_offset = true;
			m->offset = pos;
			m->last = last;
			ret = wire_send(s->w, WIRE_FILE, &m->base, buf, n, e);
		} else {
			Wire__Data d = WIRE__DATA__INIT;

			d.offset = pos;
			d.last = last;
			ret = wire_send(s->w, WIRE_DATA, &d.base, buf, n, e);
		}
		if (ret)
			return ret;
		first = false;
		pos += n;
		s->counts.bytes += n;
	} while (!last);
	return 0;
}

/* Each page by its content, as many as fit into a frame. */
static int send_pages(struct copy_sender *s, int fd, Wire__File *m, off_t size, const char *what,
		      struct vz_err *e)
{
	cleanup_free uint8_t *out = malloc(WIRE_RAW_MAX), *in = malloc(WIRE_RAW_MAX);
	off_t pos = 0, begin = 0;
	size_t nout = 0;
	int ret = 0;

	if (!out || !in)
		return copy_no_memory(e);
	while (!ret && pos < size) {
		ssize_t n = pread(fd, in, size - pos < WIRE_RAW_MAX ? size - pos : WIRE_RAW_MAX,
				  pos);

		if (n <= 0 || n % PAGES_SIZE)
			return vz_error_sys(e, VZ_COPY, n < 0 ? -errno : -EIO, "read %s", what);
		for (ssize_t i = 0; !ret && i < n; i += PAGES_SIZE) {
			nout += refs_put(s->pages, in + i, out + nout);
			pos += PAGES_SIZE;
			if (pos < size && nout + REFS_PAGE <= WIRE_RAW_MAX)
				continue;
			if (!begin) {
				m->has_offset = m->has_refs = m->refs = true;
				m->offset = 0;
				m->last = pos == size;
				ret = wire_send(s->w, WIRE_FILE, &m->base, out, nout, e);
			} else {
				Wire__Data d = WIRE__DATA__INIT;

				d.offset = begin;
				d.has_refs = d.refs = true;
				d.last = pos == size;
				ret = wire_send(s->w, WIRE_DATA, &d.base, out, nout, e);
			}
			s->counts.bytes += nout;
			nout = 0;
			begin = pos;
		}
	}
	return ret;
}

static int open_file(int dir, const char *name)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	struct stat st;

	/* A device must not be opened at all: opening may act. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOENT;
	for (;;) {
		int fd = openat(dir, name, flags | O_NOATIME);

		if (fd >= 0)
			return fd;
		if (errno != EINTR)
			return errno == ELOOP || errno == ENXIO ? -ENOENT : -errno;
	}
}

static int send_file(struct copy_sender *s, int dir, const struct copy_batch *b, uint32_t index,
		     struct vz_err *e)
{
	cleanup_close int fd = dir < 0 ? dir : open_file(dir, b->name[index]);
	Wire__File m = WIRE__FILE__INIT;
	Wire__Entry meta = WIRE__ENTRY__INIT;
	struct stat st;
	int ret;

	if (fd == -ENOENT)
		return send_gone(s, b, index, e);
	if (fd < 0)
		return vz_error_sys(e, VZ_COPY, fd, "open %s/%s", b->path, b->name[index]);
	if (fstat(fd, &st))
		return vz_error_sys(e, VZ_COPY, -errno, "stat %s/%s", b->path, b->name[index]);
	if (!S_ISREG(st.st_mode))
		return send_gone(s, b, index, e);
	ret = tree_entry_read(dir, b->name[index], &st, &meta);
	if (ret == -ENOENT) {
		tree_entry_free(&meta);
		return send_gone(s, b, index, e);
	}
	if (!ret) {
		m.seq = b->seq;
		m.index = index;
		m.meta = &meta;
		if (s->pages && st.st_size && !(st.st_size % PAGES_SIZE) &&
		    !strncmp(b->name[index], "pages-", 6))
			ret = send_pages(s, fd, &m, st.st_size, b->name[index], e);
		else
			ret = send_content(s, fd, &m, st.st_size, b->name[index], e);
		s->counts.files++;
	} else {
		vz_error_sys(e, VZ_COPY, ret, "attributes of %s/%s", b->path, b->name[index]);
	}
	tree_entry_free(&meta);
	return ret;
}

static int send_digests(struct copy_sender *s, int dir, const struct copy_batch *b,
			const uint32_t *index, size_t n, struct vz_err *e)
{
	Wire__Digest m = WIRE__DIGEST__INIT;
	int ret;

	m.seq = b->seq;
	m.index = calloc(n, sizeof(*m.index));
	m.hash = calloc(n, sizeof(*m.hash));
	if (!m.index || !m.hash) {
		free(m.index);
		free(m.hash);
		return copy_no_memory(e);
	}
	for (size_t i = 0; i < n; i++) {
		cleanup_close int fd = dir < 0 ? dir : open_file(dir, b->name[index[i]]);
		uint64_t hash = 0;

		/* One that cannot be read is wanted whole, and its fate told then. */
		if (fd >= 0 && tree_hash(fd, &hash))
			hash = 0;
		m.index[m.n_index++] = index[i];
		m.hash[m.n_hash++] = hash;
	}
	ret = wire_send(s->w, WIRE_DIGEST, &m.base, NULL, 0, e);
	free(m.index);
	free(m.hash);
	return ret;
}

int copy_send_answer(struct copy_sender *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	int ret = wire_expect(s->w, WIRE_NEED, &f, e);
	cleanup_close int dir = -1;
	struct copy_batch *b;
	const Wire__Need *m;

	if (ret)
		return ret;
	m = (const Wire__Need *)f.msg;
	b = copy_batch_find(s, m->seq);
	if (!b)
		return vz_error(e, VZ_COPY, -EPROTO, "%s asks for batch %u, which is not open",
				s->w->peer, m->seq);
	for (size_t i = 0; i < m->n_whole + m->n_digest; i++)
		if ((i < m->n_whole ? m->whole[i] : m->digest[i - m->n_whole]) >= b->n)
			return vz_error(e, VZ_COPY, -EPROTO,
					"%s asks for a file that was not named", s->w->peer);
	if (m->n_whole || m->n_digest)
		dir = vz_tree_cursor_open(&s->near, s->root, b->path);
	for (size_t i = 0; !ret && i < m->n_whole; i++)
		ret = send_file(s, dir, b, m->whole[i], e);
	if (ret)
		return ret;
	if (m->n_digest)
		return send_digests(s, dir, b, m->digest, m->n_digest, e);
	copy_batch_end(s, b);
	return 0;
}
