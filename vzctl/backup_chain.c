// SPDX-License-Identifier: GPL-2.0-or-later
/* Each file is read twice, as its digest is of all of it: the second time it is unpacked. */
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_chain.h"
#include "vzctl/backup_index.h"
#include "vzctl/backup_seen.h"
#include "vzctl/backup_unpack.h"

static int check_link(const char *file, const struct backup_head *h, const char *before,
		      const char *last, struct vz_err *e)
{
	if (!h->base && !before)
		return 0;
	if (!h->base)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "%s is no increment: it stands alone, or "
				"first", file);
	if (!before)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "%s is an increment: give the archives "
				"that it builds on before it, the whole one first", file);
	return strcmp(h->base, last) ?
	       vz_error(e, VZ_BADVALUE, -EINVAL, "%s is no increment on %s, or that has changed "
			"since: its base has the SHA-256 %.64s", file, before, h->base) : 0;
}

/* With many files in one call, which of them was it? */
static int of_file(int ret, const char *file, struct vz_err *e)
{
	if (ret && e->msg && !strstr(e->msg, file))
		vz_error_context(e, "%s", file);
	return ret;
}

/* digest: of one among others. */
static int open_one(const char *file, char *digest, struct backup_in **in, struct backup_head *h,
		    struct vz_err *e)
{
	int ret;

	if (digest && !strcmp(file, "-"))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "An increment and its base are files");
	ret = backup_in_open(file, digest, in, e);
	if (!ret)
		ret = backup_in_head(*in, h, e);
	return of_file(ret, file, e);
}

int backup_chain_open(char *const *files, size_t n, struct backup_chain *c, struct vz_err *e)
{
	char last[VZ_SHA256_HEX] = "", digest[VZ_SHA256_HEX];

	memset(c, 0, sizeof(*c));
	c->in = calloc(n, sizeof(*c->in));
	if (!c->in)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", files[0]);
	c->n = n;
	for (size_t i = 0; i < n; i++) {
		int ret = open_one(files[i], n > 1 ? digest : NULL, &c->in[i], &c->head, e);

		if (ret)
			return ret;
		ret = check_link(files[i], &c->head, i ? files[i - 1] : NULL, last, e);
		if (ret)
			return ret;
		memcpy(last, digest, n > 1 ? sizeof(last) : 0);
	}
	return 0;
}

void backup_chain_close(struct backup_chain *c)
{
	for (size_t i = 0; i < c->n; i++)
		backup_in_close(c->in[i]);
	free(c->in);
	memset(c, 0, sizeof(*c));
}

int backup_chain_blame(struct backup_chain *c, struct vz_err *e)
{
	return c->taken ? e->err : backup_in_blame(c->in[c->n - 1], e);
}

int backup_chain_unpack(struct backup_chain *c, const char *dir, struct vz_err *e)
{
	c->taken = true;
	return backup_unpack(c->in, c->n, dir, e);
}

/* To its end, as what it has is worth nothing when that is missing or damaged. */
static int read_index(struct backup_in *in, struct backup_base *b, struct vz_err *e)
{
	struct archive_entry *en;
	bool ended = false;
	int ret;

	while (!(ret = backup_in_next(in, &en, e))) {
		const char *path = archive_entry_pathname(en);

		ended = path && !strcmp(path, BACKUP_END);
		ret = path && !strcmp(path, BACKUP_INDEX) ?
		      backup_in_items(in, en, backup_base_item, b, e) : 0;
		if (ret)
			return ret;
	}
	if (ret < 0)
		return ret;
	if (!ended)
		return backup_in_wrong("its end is missing", e);
	return b->index.begun ? 0 :
	       vz_error(e, VZ_BADVALUE, -EINVAL, "It has no list of its files: an older vzctl has "
			"written it. Export the whole CT once");
}

int backup_base_load(const char *file, struct backup_base *b, struct vz_err *e)
{
	struct backup_in *in = NULL;
	struct backup_head h;
	int ret = backup_in_open(file, b->digest, &in, e);

	if (!ret)
		ret = backup_in_head(in, &h, e);
	if (!ret) {
		b->seen = backup_seen_new();
		ret = b->seen ? read_index(in, b, e) : vz_error_sys(e, VZ_NOMEM, -ENOMEM, "memory");
	}
	if (ret)
		vz_error_context(e, "--base %s", file);
	backup_in_close(in);
	return ret;
}
