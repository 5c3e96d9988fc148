/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In place of libarchive's writer to the disk, for the reader that is included behind this:
 * nothing is written, and fuzz_header() of the target looks at what would be.
 */
#ifndef FUZZ_DISK_H
#define FUZZ_DISK_H

#include <archive.h>
#include <archive_entry.h>

int fuzz_header(struct archive_entry *en);

#define archive_write_disk_new			archive_write_new
#define archive_write_disk_set_options(a, o)	((void)(a), (void)(o))
#define archive_write_header(a, en)		((void)(a), fuzz_header(en))
#define archive_write_data_block(a, b, n, o)	((void)(a), (void)(b), (void)(o), ARCHIVE_OK)
#define archive_write_finish_entry(a)		((void)(a), ARCHIVE_OK)
#define archive_write_close(a)			((void)(a), ARCHIVE_OK)

#endif /* FUZZ_DISK_H */
