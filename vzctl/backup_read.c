// SPDX-License-Identifier: GPL-2.0-or-later
/* The form of an archive; what becomes of its files is for backup_unpack.c to say. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/archive.h"
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/sha256.h"
#include "libvz/tree.h"
#include "vzctl/backup_archive.h"
#include "vzctl/backup_read.h"

#define HEAD_MAX	(64u << 10)
/* A path, and what stands before it. */
#define ITEM_MAX	(2u * VZ_TREE_PATH_MAX)

struct backup_in {
	struct archive *a;
	int fd, format;
	json_t *manifest;
	char *config;
	bool increment;
};

int backup_in_failed(struct backup_in *in, struct vz_err *e)
{
	const char *text = archive_error_string(in->a);

	return vz_error(e, VZ_BADVALUE, -EINVAL, "The archive cannot be read: %s",
			text ? text : "it is damaged");
}

int backup_in_wrong(const char *what, struct vz_err *e)
{
	return vz_error(e, VZ_BADVALUE, -EINVAL,
			"This is no archive of vzctl export, or a damaged one: %s", what);
}

static int take_digest(int fd, const char *file, char *digest, struct vz_err *e)
{
	int ret = lseek(fd, 0, SEEK_SET) ? -errno : vz_sha256_file(fd, digest);

	if (!ret && lseek(fd, 0, SEEK_SET))
		ret = -errno;
	return ret ? vz_error_sys(e, VZ_BADVALUE, ret, "read %s, which has to be a file", file) : 0;
}

int backup_in_open(const char *file, char *digest, struct backup_in **res, struct vz_err *e)
{
	struct backup_in *in = calloc(1, sizeof(*in));
	struct stat st;

	*res = in;
	if (!in)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	in->fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY) : dup(0);
	if (in->fd < 0)
		return vz_error_sys(e, VZ_BADVALUE, -errno, "open %s", file);
	if (!fstat(in->fd, &st) && S_ISDIR(st.st_mode))
		return vz_error(e, VZ_BADVALUE, -EISDIR, "%s is a folder, and no archive of vzctl "
				"export: vztmpl import takes the folder of a system, vzctl register "
				"a private area", file);
	if (digest && take_digest(in->fd, file, digest, e))
		return e->err;
	in->a = vz_archive_reader();
	/* Its end as a tar is not the end of it: the checksum is behind that. */
	if (!in->a || archive_read_set_options(in->a, "tar:read_concatenated_archives"))
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "%s", file);
	return archive_read_open_fd(in->a, in->fd, 256 << 10) ? backup_in_failed(in, e) : 0;
}

void backup_in_close(struct backup_in *in)
{
	if (!in)
		return;
	if (in->a)
		archive_read_free(in->a);
	if (in->fd >= 0)
		close(in->fd);
	json_decref(in->manifest);
	free(in->config);
	free(in);
}

struct archive *backup_in_archive(const struct backup_in *in)
{
	return in->a;
}

/* ---- entries ----------------------------------------------------------------- */

int backup_in_next(struct backup_in *in, struct archive_entry **en, struct vz_err *e)
{
	int r = archive_read_next_header(in->a, en);

	if (r == ARCHIVE_EOF)
		return 1;
	/* A header whose checksum is wrong is ARCHIVE_RETRY: some would go on behind it. */
	return r == ARCHIVE_OK || r == ARCHIVE_WARN ? 0 : backup_in_failed(in, e);
}

int backup_in_blame(struct backup_in *in, struct vz_err *e)
{
	struct vz_err damage = { 0 };
	struct archive_entry *en;
	int ret;

	do
		ret = backup_in_next(in, &en, &damage);
	while (!ret);
	if (ret < 0) {
		vz_error_free(e);
		*e = damage;
	}
	return e->err;
}

int backup_in_text(struct backup_in *in, struct archive_entry *en, size_t max, char **text,
		   size_t *len, struct vz_err *e)
{
	la_int64_t size = archive_entry_size(en);

	if (archive_entry_filetype(en) != AE_IFREG || size < 0 || (uint64_t)size > max)
		return backup_in_wrong("a part of it is too long", e);
	*text = malloc(size + 1);
	if (!*text)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "the archive");
	if (archive_read_data(in->a, *text, size) != size)
		return backup_in_failed(in, e);
	(*text)[size] = '\0';
	*len = size;
	return 0;
}

int backup_in_items(struct backup_in *in, struct archive_entry *en,
		    int (*each)(char *item, void *arg, struct vz_err *e), void *arg,
		    struct vz_err *e)
{
	cleanup_free char *buf = malloc(ITEM_MAX);
	size_t have = 0;
	la_ssize_t got;

	if (!buf)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "the archive");
	if (archive_entry_filetype(en) != AE_IFREG)
		return backup_in_wrong("a list that is no file", e);
	while ((got = archive_read_data(in->a, buf + have, ITEM_MAX - have)) > 0) {
		size_t at = 0, n;

		have += got;
		while ((n = strnlen(buf + at, have - at)) < have - at) {
			int ret = each(buf + at, arg, e);

			if (ret)
				return ret;
			at += n + 1;
		}
		have -= at;
		memmove(buf, buf + at, have);
		if (have == ITEM_MAX)
			break;
	}
	if (got < 0)
		return backup_in_failed(in, e);
	return have ? backup_in_wrong("a list that does not end", e) : 0;
}

/* ---- the head ----------------------------------------------------------------- */

static int in_named(struct backup_in *in, const char *name, char **text, size_t *len,
		    struct vz_err *e)
{
	struct archive_entry *en;
	int ret = backup_in_next(in, &en, e);

	if (ret < 0)
		return ret;
	if (ret || !archive_entry_pathname(en) || strcmp(archive_entry_pathname(en), name))
		return backup_in_wrong("it does not begin as such (the tar of a system is for "
				       "vztmpl import)", e);
	return backup_in_text(in, en, HEAD_MAX, text, len, e);
}

int backup_in_head(struct backup_in *in, struct backup_head *h, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	int ret, ctid = 0, suspended = 0;
	size_t len;

	memset(h, 0, sizeof(*h));
	ret = in_named(in, BACKUP_MANIFEST, &text, &len, e);
	if (ret)
		return ret;
	in->manifest = json_loadb(text, len, 0, NULL);
	if (json_unpack(in->manifest, "{s:i, s:i, s:s, s:s, s:b}", "format", &in->format, "ctid",
			&ctid, "created", &h->created, "kernel", &h->kernel, "suspended",
			&suspended))
		return backup_in_wrong("its manifest makes no sense", e);
	json_unpack(in->manifest, "{s:s}", "base", &h->base);
	in->increment = h->base;
	if (in->format < 1 || in->format > BACKUP_FORMAT)
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"The archive has format %d, and this vzctl knows %d: a newer one has "
				"written it", in->format, BACKUP_FORMAT);
	h->ctid = ctid;
	h->suspended = suspended;
	ret = in_named(in, BACKUP_CONFIG, &in->config, &h->config_len, e);
	h->config = in->config;
	return ret;
}

bool backup_in_increment(const struct backup_in *in)
{
	return in->increment;
}

bool backup_in_listed(const struct backup_in *in)
{
	return in->format > 1;
}
