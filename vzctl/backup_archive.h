/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The archive of a backup while it is written: pax tar in zstd, a frame with a checksum.
 *
 *   openve/manifest.json	what it is, first of all
 *   openve/config		the VE's configuration
 *   root/...			the private area
 *   kept/root/...		of an increment: attributes of a file whose content is the base's
 *   openve/delta		what follows is later, and replaces what it names
 *   openve/removed		paths that were there, or in the base, and are not any more
 *   dump/...			the memory of a suspended VE
 *   openve/flags		inode flags and paths
 *   openve/index		all files as they are after it (backup_index.h)
 *   openve/end			the archive is whole
 *
 * Lists are of "TEXT\0" items. An increment has what is not as in its base, an archive that its
 * manifest names by SHA-256; flags and index are of all files.
 */
#ifndef VZCTL_BACKUP_ARCHIVE_H
#define VZCTL_BACKUP_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct vz_err;

#define BACKUP_MANIFEST	"openve/manifest.json"
#define BACKUP_CONFIG	"openve/config"
#define BACKUP_DELTA	"openve/delta"
#define BACKUP_REMOVED	"openve/removed"
#define BACKUP_FLAGS	"openve/flags"
#define BACKUP_INDEX	"openve/index"
#define BACKUP_END	"openve/end"
#define BACKUP_KEPT	"kept"
#define BACKUP_ROOT	"root"
#define BACKUP_DUMP	"dump"
#define BACKUP_FORMAT	2	/* 1: without an index and checksum */
/* No digest of what is larger: holes are read as zeros, and zeros cost what data does. */
#define BACKUP_DIGEST_MAX	(256LL << 30)

struct backup_out;

/* file "-": standard output. Else it must not be there, and gets its name when all is in it. */
int backup_out_open(const char *file, struct backup_out **out, struct vz_err *e);
/*
 * All is in it: on disk under its name when this returns 0. bytes: how many went into the file.
 * Frees it either way.
 */
int backup_out_finish(struct backup_out *out, uint64_t *bytes, struct vz_err *e);
/* Give up; what was written is removed. NULL is allowed. */
void backup_out_abort(struct backup_out *out);

int backup_out_text(struct backup_out *out, const char *path, const void *text, size_t len,
		    struct vz_err *e);
/**
 * struct backup_entry - a file to write
 * @dirfd, @name, @st: it; an empty name is the folder itself
 * @path: its name in the archive
 * @link: another name of the file at that path, or NULL
 * @moves: it may change and vanish meanwhile
 * @kept: without its content
 * @digest: VZ_SHA256_HEX bytes, to be filled with that of the content; NULL: not wanted
 */
struct backup_entry {
	int dirfd;
	const char *name;
	const struct stat *st;
	const char *path, *link;
	bool moves, kept;
	char *digest;
};

/* 1: it vanished, and may; nothing is written. */
int backup_out_file(struct backup_out *out, const struct backup_entry *b, struct vz_err *e);
/* Only the digest that it would have. 1 as above. */
int backup_out_digest(struct backup_out *out, const struct backup_entry *b, struct vz_err *e);

#endif /* VZCTL_BACKUP_ARCHIVE_H */
