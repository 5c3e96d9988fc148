// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read may be anybody's: it decides only what an increment holds. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "libvz/err.h"
#include "libvz/sha256.h"
#include "libvz/tree.h"
#include "vzctl/backup_index.h"
#include "vzctl/backup_seen.h"

struct writer {
	FILE *out;
	unsigned int pass;
};

static int put(struct backup_file *f, void *arg)
{
	struct writer *w = arg;

	if (f->pass != w->pass)
		return 0;
	fprintf(w->out, "%o %ju %jd %ld %u %jd %s %s%c", f->type & S_IFMT, (uintmax_t)f->ino,
		(intmax_t)f->ctime.tv_sec, f->ctime.tv_nsec, f->flags, (intmax_t)f->size,
		f->digest ? f->digest : "-", f->path, 0);
	return 0;
}

void backup_index_write(struct backup_seen *s, unsigned int pass, const struct timespec *start,
			FILE *out)
{
	struct writer w = { out, pass };

	fprintf(out, "%jd %ld%c", (intmax_t)start->tv_sec, start->tv_nsec, 0);
	backup_seen_each(s, put, &w);
}

static int wrong(struct vz_err *e)
{
	return vz_error(e, VZ_BADVALUE, -EINVAL, "The list of files of the base makes no sense");
}

static int take(struct backup_seen *s, const char *item, struct vz_err *e)
{
	char digest[VZ_SHA256_HEX] = "";
	uintmax_t ino;
	intmax_t sec, size;
	unsigned int type, flags;
	struct backup_file *f;
	long nsec;
	int at = 0;

	if (sscanf(item, "%o %ju %jd %ld %u %jd %64[-0-9a-f]%n", &type, &ino, &sec, &nsec, &flags,
		   &size, digest, &at) != 7 || item[at] != ' ')
		return wrong(e);
	item += at + 1;
	if (*item && !vz_tree_path_ok(item, strlen(item)))
		return wrong(e);
	f = backup_seen_file(s, item);
	if (!f)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "the list of files of the base");
	if (f->pass)
		return wrong(e);
	f->ino = ino;
	f->ctime = (struct timespec){ sec, nsec };
	f->type = type;
	f->flags = flags;
	f->size = size;
	f->pass = 1;
	f->digest = strlen(digest) == VZ_SHA256_HEX - 1 ? strdup(digest) : NULL;
	return 0;
}

int backup_index_read(struct backup_seen *s, const char *text, size_t len, struct timespec *start,
		      struct vz_err *e)
{
	const char *end = text + len;
	intmax_t sec;
	int ret = 0;

	if (!len || end[-1] || sscanf(text, "%jd %ld", &sec, &start->tv_nsec) != 2)
		return wrong(e);
	start->tv_sec = sec;
	for (text += strlen(text) + 1; !ret && text < end; text += strlen(text) + 1)
		ret = take(s, text, e);
	return ret;
}
