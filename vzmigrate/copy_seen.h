/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of the copy engine's source: inode to change time, inode to first path. */
#ifndef VZMIGRATE_COPY_SEEN_H
#define VZMIGRATE_COPY_SEEN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct copy_seen;

struct copy_seen *copy_seen_new(void);
void copy_seen_free(struct copy_seen *m);
/* Record an inode's change time; -ENOMEM. */
int copy_seen_put(struct copy_seen *m, uint64_t ino, const struct timespec *ctime);
/* The inode was recorded with this change time, and before limit. */
bool copy_seen_same(const struct copy_seen *m, uint64_t ino, const struct timespec *ctime,
		    const struct timespec *limit);
/* Record the path of a folder; -ENOMEM. */
int copy_seen_dir(struct copy_seen *m, uint64_t ino, const char *path);
/* A name of the inode is in the folder, which was recorded. -ENOMEM. */
int copy_seen_in(struct copy_seen *m, uint64_t ino, uint64_t folder);
/* Where an inode is met: a folder's own path, another's folder; NULL when it is not known. */
const char *copy_seen_place(const struct copy_seen *m, uint64_t ino);
/* The folder was met at this path. */
bool copy_seen_dir_at(const struct copy_seen *m, uint64_t ino, const char *path);
/*
 * First path of an inode with several names: NULL when it has none yet, and
 * path becomes it. -ENOMEM sets *err.
 */
const char *copy_seen_link(struct copy_seen *m, uint64_t ino, const char *dir, const char *name,
			   int *err);

#endif /* VZMIGRATE_COPY_SEEN_H */
