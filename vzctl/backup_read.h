/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive that vzctl export has written, or somebody who says so: nothing in it is trusted.
 * It is read as a stream, once, up to the end of the file: only there a checksum of what packed it
 * is compared.
 */
#ifndef VZCTL_BACKUP_READ_H
#define VZCTL_BACKUP_READ_H

#include <stdbool.h>
#include <stddef.h>

struct archive;
struct archive_entry;
struct vz_err;

struct backup_in;

/* file "-": standard input. digest: VZ_SHA256_HEX bytes for that of the whole file; or NULL. */
int backup_in_open(const char *file, char *digest, struct backup_in **in, struct vz_err *e);
void backup_in_close(struct backup_in *in);

/* The head: what it says it is, and the configuration's text. Both are the reader's. */
struct backup_head {
	unsigned int ctid;
	bool suspended;
	const char *created, *kernel;
	const char *base;	/* digest of the archive that it is an increment of, or NULL */
	const char *config;
	size_t config_len;
};
int backup_in_head(struct backup_in *in, struct backup_head *h, struct vz_err *e);
/* After the head: it is an increment; it has the list of its files (backup_index.h). */
bool backup_in_increment(const struct backup_in *in);
bool backup_in_listed(const struct backup_in *in);

/* The next entry. 1: there is none, and the whole file was as its checksums say. */
int backup_in_next(struct backup_in *in, struct archive_entry **en, struct vz_err *e);
/* The content of the current entry, at most max bytes, malloc'ed, with a NUL behind it. */
int backup_in_text(struct backup_in *in, struct archive_entry *en, size_t max, char **text,
		   size_t *len, struct vz_err *e);
/* Each item of the list that the current entry is, until a call does not return 0. */
int backup_in_items(struct backup_in *in, struct archive_entry *en,
		    int (*each)(char *item, void *arg, struct vz_err *e), void *arg,
		    struct vz_err *e);
/*
 * What has failed may have done so as the archive is damaged, of which only its end tells: it is
 * read up to there, and then e says so, or what it did. Returns the error.
 */
int backup_in_blame(struct backup_in *in, struct vz_err *e);
struct archive *backup_in_archive(const struct backup_in *in);

/* Both -EINVAL: what cannot be read, by libarchive's word; what makes no sense. */
int backup_in_failed(struct backup_in *in, struct vz_err *e);
int backup_in_wrong(const char *what, struct vz_err *e);

#endif /* VZCTL_BACKUP_READ_H */
