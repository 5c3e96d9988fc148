/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Archives that somebody else wrote: templates and backups. Tar, as it is or packed by one of
 * the usual programs, which the library unpacks itself: for some others it would start a program
 * of the host. The caller frees the reader.
 */
#ifndef LIBVZ_ARCHIVE_H
#define LIBVZ_ARCHIVE_H

struct archive;

/* NULL: no memory. */
struct archive *vz_archive_reader(void);

void vz_archive_cleanup_read(struct archive **a);
void vz_archive_cleanup_write(struct archive **a);
#define cleanup_archive_read	__attribute__((cleanup(vz_archive_cleanup_read)))
#define cleanup_archive_write	__attribute__((cleanup(vz_archive_cleanup_write)))

#endif /* LIBVZ_ARCHIVE_H */
