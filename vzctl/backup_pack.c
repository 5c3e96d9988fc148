// SPDX-License-Identifier: GPL-2.0-or-later
/* As many threads as there are processors, where the library can; the caller's own only waits. */
#include <archive.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>
#include "vzctl/backup_pack.h"

#define LEVEL	3

struct backup_pack {
	int fd;
	ZSTD_CCtx *packer;
	void *buf;
	size_t cap;
	uint64_t bytes;
};

static int write_all(struct backup_pack *p, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = write(p->fd, (const char *)p->buf + at, len - at);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? n : 0;
	}
	p->bytes += len;
	return 0;
}

/* All of in is taken, and with ZSTD_e_end all that is left is out. */
static int pack(struct backup_pack *p, ZSTD_inBuffer *in, ZSTD_EndDirective how)
{
	size_t left;

	do {
		ZSTD_outBuffer out = { p->buf, p->cap, 0 };
		int ret;

		left = ZSTD_compressStream2(p->packer, &out, in, how);
		if (ZSTD_isError(left))
			return -EIO;
		ret = write_all(p, out.pos);
		if (ret)
			return ret;
	} while (in->pos < in->size || (how == ZSTD_e_end && left));
	return 0;
}

static la_ssize_t take(struct archive *a, void *arg, const void *data, size_t len)
{
	ZSTD_inBuffer in = { data, len, 0 };
	int ret = pack(arg, &in, ZSTD_e_continue);

	if (!ret)
		return len;
	archive_set_error(a, -ret, "the archive cannot be written");
	return -1;
}

static bool set_up(struct backup_pack *p)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	p->packer = ZSTD_createCCtx();
	p->cap = ZSTD_CStreamOutSize();
	p->buf = malloc(p->cap);
	if (!p->packer || !p->buf)
		return false;
	/* A library without threads says no. */
	ZSTD_CCtx_setParameter(p->packer, ZSTD_c_nbWorkers, cpus > 1 ? cpus : 0);
	return !ZSTD_isError(ZSTD_CCtx_setParameter(p->packer, ZSTD_c_compressionLevel, LEVEL)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(p->packer, ZSTD_c_checksumFlag, 1));
}

int backup_pack_open(struct archive *a, int fd, struct backup_pack **pack)
{
	struct backup_pack *p = calloc(1, sizeof(*p));

	*pack = p;
	if (!p)
		return -ENOMEM;
	p->fd = fd;
	if (!set_up(p))
		return -ENOMEM;
	/* What is packed need not be gathered before. */
	archive_write_set_bytes_per_block(a, 0);
	return archive_write_open2(a, p, NULL, take, NULL, NULL) ? -EIO : 0;
}

int backup_pack_finish(struct backup_pack *p)
{
	ZSTD_inBuffer none = { NULL, 0, 0 };

	return pack(p, &none, ZSTD_e_end);
}

void backup_pack_free(struct backup_pack *p)
{
	if (!p)
		return;
	ZSTD_freeCCtx(p->packer);
	free(p->buf);
	free(p);
}

uint64_t backup_pack_bytes(const struct backup_pack *p)
{
	return p->bytes;
}
