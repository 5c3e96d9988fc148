// SPDX-License-Identifier: GPL-2.0-or-later
/* Nothing changes in the folder meanwhile. The buffers live as long as the call. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/images_send.h"
#include "vzmigrate/refs.h"
#include "vzmigrate/wire.pb-c.h"

/* A file of so many bytes goes with others in a frame of its own kind. */
#define SMALL		(64U << 10)
#define NAMES		256

struct out {
	struct wire *w;
	int dir;
	const struct pages *pages;
	uint64_t *bytes;
	char name[NAMES][256];		/* of the small ones in raw */
	uint32_t size[NAMES];
	size_t n, used;
	uint8_t raw[WIRE_RAW_MAX], in[WIRE_RAW_MAX];
};

static int send_frame(struct out *o, Wire__Image *m, size_t len, struct vz_err *e)
{
	*o->bytes += len;
	return wire_send(o->w, WIRE_IMAGE, &m->base, o->raw, len, e);
}

static int flush_small(struct out *o, struct vz_err *e)
{
	Wire__Image m = WIRE__IMAGE__INIT;
	ProtobufCBinaryData name[NAMES];
	size_t used = o->used;

	if (!o->n)
		return 0;
	for (size_t i = 0; i < o->n; i++) {
		name[i].data = (uint8_t *)o->name[i];
		name[i].len = strlen(o->name[i]);
	}
	m.name = name;
	m.size = o->size;
	m.n_name = m.n_size = o->n;
	o->n = o->used = 0;
	return send_frame(o, &m, used, e);
}

static int read_whole(int fd, const char *name, uint8_t *to, size_t len, struct vz_err *e)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = read(fd, to + at, len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return vz_error_sys(e, VZ_COPY, n ? -errno : -EIO, "read %s", name);
		at += n;
	}
	return 0;
}

static int add_small(struct out *o, int fd, const char *name, size_t size, struct vz_err *e)
{
	int ret = o->n == NAMES || o->used + size > sizeof(o->raw) ? flush_small(o, e) : 0;

	if (ret)
		return ret;
	ret = read_whole(fd, name, o->raw + o->used, size, e);
	if (ret)
		return ret;
	snprintf(o->name[o->n], sizeof(o->name[0]), "%s", name);
	o->size[o->n++] = size;
	o->used += size;
	return 0;
}

static int send_large(struct out *o, int fd, const char *name, uint64_t size, struct vz_err *e)
{
	const bool refs = o->pages && !(size % PAGES_SIZE) && !strncmp(name, "pages-", 6);
	/* However many are to be sent, they fit. */
	const size_t most = refs ? WIRE_RAW_MAX / REFS_PAGE * PAGES_SIZE : WIRE_RAW_MAX;
	ProtobufCBinaryData one = { strlen(name), (uint8_t *)name };
	Wire__Image m = WIRE__IMAGE__INIT;
	int ret = flush_small(o, e);

	m.name = &one;
	m.n_name = 1;
	m.has_offset = m.has_refs = true;
	m.refs = refs;
	for (uint64_t at = 0; !ret && at < size;) {
		size_t len = size - at < most ? size - at : most, used = 0;

		ret = read_whole(fd, name, refs ? o->in : o->raw, len, e);
		for (size_t i = 0; refs && i < len; i += PAGES_SIZE)
			used += refs_put(o->pages, o->in + i, o->raw + used);
		m.offset = at;
		at += len;
		if (!ret)
			ret = send_frame(o, &m, refs ? used : len, e);
	}
	return ret;
}

static int send_one(struct out *o, const char *name, struct vz_err *e)
{
	cleanup_close int fd = openat(o->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return 0;
	if (fd < 0 || fstat(fd, &st))
		return vz_error_sys(e, VZ_COPY, -errno, "open %s", name);
	if (!S_ISREG(st.st_mode))
		return 0;
	if ((uint64_t)st.st_size > SMALL || (o->pages && !strncmp(name, "pages-", 6) && st.st_size))
		return send_large(o, fd, name, st.st_size, e);
	return add_small(o, fd, name, st.st_size, e);
}

int images_send(struct wire *w, int dir, const struct pages *pages, uint64_t *bytes,
		struct vz_err *e)
{
	cleanup_free struct out *o = calloc(1, sizeof(*o));
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	cleanup_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *de;

	*bytes = 0;
	if (!d || !o)
		return copy_no_memory(e);
	o->w = w;
	o->dir = dir;
	o->pages = pages;
	o->bytes = bytes;
	while (!ret && (de = readdir(d)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = send_one(o, de->d_name, e);
	if (!ret)
		ret = flush_small(o, e);
	return ret ? wire_why(w, ret, e) : 0;
}
