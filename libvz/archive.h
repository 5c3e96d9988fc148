/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Archives that somebody else wrote: templates and backups. Tar, as it is or packed by one of
 * the usual programs, which the library unpacks itself: for some others it would start a program
 * of the host. The caller frees the reader.
 */
#ifndef LIBVZ_ARCHIVE_H
#define LIBVZ_ARCHIVE_H

#include <stdbool.h>

struct archive;

/* NULL: no memory. */
struct archive *vz_archive_reader(void);

/*
 * r: what a call about the disk a returned. Most warnings are an owner or attribute that this
 * file system cannot keep; a disk that is full, broken or read-only is no such thing.
 */
bool vz_archive_failed(struct archive *a, int r);

void vz_archive_cleanup_read(struct archive **a);
void vz_archive_cleanup_write(struct archive **a);
#define cleanup_archive_read	__attribute__((cleanup(vz_archive_cleanup_read)))
#define cleanup_archive_write	__attribute__((cleanup(vz_archive_cleanup_write)))

#endif /* LIBVZ_ARCHIVE_H */
