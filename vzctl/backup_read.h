/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An archive that vzctl export has written, or somebody who says so: nothing in it is trusted. */
#ifndef VZCTL_BACKUP_READ_H
#define VZCTL_BACKUP_READ_H

#include <stdbool.h>
#include <stddef.h>

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

/* Behind the head: the list of its files (backup_index.h), malloc'ed; the rest is passed over. */
int backup_in_index(struct backup_in *in, char **text, size_t *len, struct vz_err *e);

/*
 * All that follows, into dir/root and dir/dump, by a process that is shut into
 * dir; an increment over what its base has left there. last: no other one follows, so memory
 * and inode flags count. Devices that no VE has by default are left out and named. An archive that
 * ends too early, or has anything else in it, is refused; dir is then the caller's to remove.
 */
int backup_in_unpack(struct backup_in *in, const char *dir, bool last, struct vz_err *e);

#endif /* VZCTL_BACKUP_READ_H */
