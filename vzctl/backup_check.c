// SPDX-License-Identifier: GPL-2.0-or-later
/* Names are kept as export keeps them; pass 1: it was made. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "libvz/err.h"
#include "libvz/sha256.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_check.h"
#include "vzctl/backup_index.h"
#include "vzctl/backup_seen.h"

struct backup_check {
	struct backup_seen *seen;
	struct backup_index index;
	/* the content of the current file, up to at */
	struct vz_sha256 sum;
	off_t size, at;
};

struct backup_check *backup_check_new(void)
{
	struct backup_check *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->seen = backup_seen_new();
	if (c->seen)
		return c;
	free(c);
	return NULL;
}

void backup_check_free(struct backup_check *c)
{
	if (!c)
		return;
	backup_seen_free(c->seen);
	free(c);
}

static bool wanted(const struct backup_check *c)
{
	return c->size <= BACKUP_DIGEST_MAX;
}

static void add_hole(struct backup_check *c, off_t to)
{
	static const char zeros[64 << 10];

	while (c->at < to) {
		size_t n = to - c->at < (off_t)sizeof(zeros) ? (size_t)(to - c->at) : sizeof(zeros);

		vz_sha256_add(&c->sum, zeros, n);
		c->at += n;
	}
}

void backup_check_begin(struct backup_check *c, off_t size)
{
	vz_sha256_start(&c->sum);
	c->size = size;
	c->at = 0;
}

void backup_check_data(struct backup_check *c, const void *buf, size_t len, off_t at)
{
	if (!wanted(c))
		return;
	add_hole(c, at < c->size ? at : c->size);
	vz_sha256_add(&c->sum, buf, len);
	c->at += len;
}

static int take_digest(struct backup_check *c, struct backup_file *f)
{
	char digest[VZ_SHA256_HEX];

	f->size = c->size;
	if (!wanted(c))
		return 0;
	add_hole(c, c->size);
	vz_sha256_end(&c->sum, digest);
	f->digest = strdup(digest);
	return f->digest ? 0 : -ENOMEM;
}

static int copy_file(struct backup_file *f, const struct backup_file *from)
{
	f->type = from->type;
	f->size = from->size;
	f->digest = from->digest ? strdup(from->digest) : NULL;
	return from->digest && !f->digest ? -ENOMEM : 0;
}

int backup_check_made(struct backup_check *c, const char *path, mode_t type, const char *link)
{
	struct backup_file *f = backup_seen_file(c->seen, path), *first = NULL;

	if (f && link)
		first = backup_seen_file(c->seen, link);
	if (!f || (link && !first))
		return -ENOMEM;
	/* Itself: libarchive says whether that can be. */
	if (first == f)
		return 0;
	free(f->digest);
	f->digest = NULL;
	f->size = 0;
	f->pass = 1;
	f->type = type;
	if (first)
		return copy_file(f, first);
	return S_ISREG(type) ? take_digest(c, f) : 0;
}

static int differs(const char *path, const char *how, struct vz_err *e)
{
	return vz_error(e, VZ_BADVALUE, -EINVAL, "The archive is damaged: /%s %s", path, how);
}

int backup_check_item(char *item, void *arg, struct vz_err *e)
{
	struct backup_check *c = arg;
	char digest[VZ_SHA256_HEX];
	struct backup_file want, *f;
	int ret = backup_index_item(&c->index, item, &want, digest, e);

	if (ret)
		return ret < 0 ? ret : 0;
	f = backup_seen_file(c->seen, want.path);
	if (!f)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "the list of files");
	if (!f->pass)
		return differs(want.path, "is not in it", e);
	if ((f->type ^ want.type) & S_IFMT)
		return differs(want.path, "is of another kind", e);
	if (!S_ISREG(want.type))
		return 0;
	if (f->size != want.size)
		return differs(want.path, "has another size", e);
	return want.digest && (!f->digest || strcmp(f->digest, want.digest)) ?
	       differs(want.path, "has another content", e) : 0;
}

bool backup_check_done(const struct backup_check *c)
{
	return c->index.begun;
}
