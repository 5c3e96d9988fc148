/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of the files of a VE on this host, in one pass or in two: a second one, while
 * the VE stands still, takes what has changed since. The caller owns both trees' folders;
 * nobody else writes to the copy.
 */
#ifndef VZCTL_DISK_COPY_H
#define VZCTL_DISK_COPY_H

#include <stdbool.h>

struct disk_copy;
struct vz_err;

/*
 * to: the folder that becomes a copy; trash: an empty one on the same file system.
 * compare: it has files already, which are kept where they are the same. Both
 * descriptors stay the caller's and must live on. -ENOMEM.
 */
int disk_copy_new(int to, int trash, bool compare, struct disk_copy **copy, struct vz_err *e);
void disk_copy_free(struct disk_copy *k);

/* All of folder from, or what is new since the last pass. moves: it may change meanwhile. */
int disk_copy_pass(struct disk_copy *k, int from, bool moves, const char *what, struct vz_err *e);
/* What would be in the way before: times of folders, flags. from: as in the last pass. */
int disk_copy_end(struct disk_copy *k, int from, struct vz_err *e);

#endif /* VZCTL_DISK_COPY_H */
