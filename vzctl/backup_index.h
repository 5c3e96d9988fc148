/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of all files that an archive ends with: what import compares with what it has made,
 * and an increment with what there is.
 *
 *   "SEC NSEC\0"					when the last pass began
 *   "TYPE INODE SEC NSEC FLAGS SIZE DIGEST PATH\0"	for each file; times are change times,
 *						TYPE is octal, an unknown DIGEST is "-"
 */
#ifndef VZCTL_BACKUP_INDEX_H
#define VZCTL_BACKUP_INDEX_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include "libvz/sha256.h"

struct backup_file;
struct backup_seen;
struct vz_err;

/* All files that were there in that pass, which began at start. */
void backup_index_write(struct backup_seen *s, unsigned int pass, const struct timespec *start,
			FILE *out);

/**
 * struct backup_index - a list that is read item by item; all zero before the first
 * @begun: the first has come
 * @start: and says so
 */
struct backup_index {
	bool begun;
	struct timespec start;
};

/*
 * f is what the item says, with its path in the item and its digest, or NULL, in digest. 1: it
 * was the first, of no file. -EINVAL: it makes no sense.
 */
int backup_index_item(struct backup_index *x, const char *item, struct backup_file *f,
		      char digest[VZ_SHA256_HEX], struct vz_err *e);

/**
 * struct backup_base - the archive that another is an increment of
 * @digest: of the whole file; empty: there is none
 * @seen: its files, in pass 1
 */
struct backup_base {
	char digest[VZ_SHA256_HEX];
	struct backup_index index;
	struct backup_seen *seen;
};

/* For each item; arg is the base. -EINVAL as above, or a file comes twice. */
int backup_base_item(char *item, void *arg, struct vz_err *e);

#endif /* VZCTL_BACKUP_INDEX_H */
