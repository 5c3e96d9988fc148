/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The archive of a backup while it is written: pax tar in zstd.
 *
 *   openve/manifest.json	what it is, first of all
 *   openve/config		the VE's configuration
 *   root/...			the private area
 *   openve/delta		what follows is later, and replaces what it names
 *   openve/removed		paths that were there and are not any more
 *   dump/...			the memory of a suspended VE
 *   openve/flags		inode flags and paths
 *   openve/end			the archive is whole
 *
 * Lists are of "TEXT\0" items.
 */
#ifndef VZCTL_BACKUP_ARCHIVE_H
#define VZCTL_BACKUP_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct vz_err;
struct vz_progress;

#define BACKUP_MANIFEST	"openve/manifest.json"
#define BACKUP_CONFIG	"openve/config"
#define BACKUP_DELTA	"openve/delta"
#define BACKUP_REMOVED	"openve/removed"
#define BACKUP_FLAGS	"openve/flags"
#define BACKUP_END	"openve/end"
#define BACKUP_ROOT	"root"
#define BACKUP_DUMP	"dump"
#define BACKUP_FORMAT	1

struct backup_out;

/* file "-": standard output. Else it must not be there, and gets its name when all is in it. */
int backup_out_open(const char *file, struct backup_out **out, struct vz_err *e);
/* All is in it: on disk under its name when this returns 0. Frees it either way. */
int backup_out_finish(struct backup_out *out, struct vz_err *e);
/* Give up; what was written is removed. NULL is allowed. */
void backup_out_abort(struct backup_out *out);

/* Bytes that went into the file. */
uint64_t backup_out_bytes(const struct backup_out *out);

int backup_out_text(struct backup_out *out, const char *path, const void *text, size_t len,
		    struct vz_err *e);
/*
 * dirfd/name as path. moves: it may change and vanish meanwhile (then nothing is
 * written, and 1 returned). link: another name of the file at that path.
 */
int backup_out_file(struct backup_out *out, int dirfd, const char *name, const struct stat *st,
		    const char *path, const char *link, bool moves, struct vz_err *e);

#endif /* VZCTL_BACKUP_ARCHIVE_H */
