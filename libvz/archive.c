// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of files are bytes; the caller has set a locale in which all of them pass. */
#include <archive.h>
#include <errno.h>
#include <stddef.h>
#include "libvz/archive.h"

struct archive *vz_archive_reader(void)
{
	static int (*const filters[])(struct archive *a) = {
		archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
		archive_read_support_filter_xz,	  archive_read_support_filter_lzma,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4,
	};
	struct archive *a = archive_read_new();

	if (!a)
		return NULL;
	/* ARCHIVE_WARN: by a program of the host, when the library was built without. */
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (filters[i](a) < ARCHIVE_WARN)
			goto no_memory;
	if (archive_read_support_format_tar(a) < ARCHIVE_WARN)
		goto no_memory;
	archive_read_set_options(a, "hdrcharset=BINARY");
	return a;

no_memory:
	archive_read_free(a);
	return NULL;
}

bool vz_archive_failed(struct archive *a, int r)
{
	static const int hard[] = { ENOSPC, EDQUOT, EIO, EROFS, ENOMEM, EMFILE, ENFILE };
	int err = archive_errno(a);

	for (size_t i = 0; r == ARCHIVE_WARN && i < sizeof(hard) / sizeof(hard[0]); i++)
		if (err == hard[i])
			return true;
	return r < ARCHIVE_WARN;
}

void vz_archive_cleanup_read(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

void vz_archive_cleanup_write(struct archive **a)
{
	if (*a)
		archive_write_free(*a);
}
