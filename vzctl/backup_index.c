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
	return vz_error(e, VZ_BADVALUE, -EINVAL, "The archive's list of files makes no sense");
}

static int take_start(struct backup_index *x, const char *item, struct vz_err *e)
{
	intmax_t sec;

	if (sscanf(item, "%jd %ld", &sec, &x->start.tv_nsec) != 2)
		return wrong(e);
	x->start.tv_sec = sec;
	x->begun = true;
	return 1;
}

int backup_index_item(struct backup_index *x, const char *item, struct backup_file *f,
		      char digest[VZ_SHA256_HEX], struct vz_err *e)
{
	uintmax_t ino;
	intmax_t sec, size;
	unsigned int type, flags;
	long nsec;
	int at = 0;

	if (!x->begun)
		return take_start(x, item, e);
	if (sscanf(item, "%o %ju %jd %ld %u %jd %64[-0-9a-f]%n", &type, &ino, &sec, &nsec, &flags,
		   &size, digest, &at) != 7 || item[at] != ' ')
		return wrong(e);
	item += at + 1;
	if (*item && !vz_tree_path_ok(item, strlen(item)))
		return wrong(e);
	*f = (struct backup_file){
		.path = (char *)item,
		.ino = ino,
		.ctime = { sec, nsec },
		.type = type,
		.size = size,
		.digest = strlen(digest) == VZ_SHA256_HEX - 1 ? digest : NULL,
		.flags = flags,
	};
	return 0;
}

static int no_memory(struct vz_err *e)
{
	return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "the list of files of the base");
}

int backup_base_item(char *item, void *arg, struct vz_err *e)
{
	struct backup_base *b = arg;
	char digest[VZ_SHA256_HEX] = "";
	struct backup_file is, *f;
	int ret = backup_index_item(&b->index, item, &is, digest, e);

	if (ret)
		return ret < 0 ? ret : 0;
	f = backup_seen_file(b->seen, is.path);
	if (!f)
		return no_memory(e);
	if (f->pass)
		return wrong(e);
	is.path = f->path;
	is.pass = 1;
	if (is.digest && !(is.digest = strdup(digest)))
		return no_memory(e);
	*f = is;
	return 0;
}
