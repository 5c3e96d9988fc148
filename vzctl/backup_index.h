/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of all files that an archive ends with: what an increment on it is compared with.
 *
 *   "SEC NSEC\0"					when the last pass began
 *   "TYPE INODE SEC NSEC FLAGS SIZE DIGEST PATH\0"	for each file; times are change times,
 *						TYPE is octal, an unknown DIGEST is "-"
 */
#ifndef VZCTL_BACKUP_INDEX_H
#define VZCTL_BACKUP_INDEX_H

#include <stddef.h>
#include <stdio.h>
#include <time.h>

struct backup_seen;
struct vz_err;

/* All files that were there in that pass, which began at start. */
void backup_index_write(struct backup_seen *s, unsigned int pass, const struct timespec *start,
			FILE *out);
/*
 * The list of an older archive as pass 1 of s. text has a NUL at its end. -EINVAL: it makes no
 * sense.
 */
int backup_index_read(struct backup_seen *s, const char *text, size_t len, struct timespec *start,
		      struct vz_err *e);

#endif /* VZCTL_BACKUP_INDEX_H */
