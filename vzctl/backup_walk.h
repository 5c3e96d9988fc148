/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree into a backup, in a pass while it changes and one when it stands still. */
#ifndef VZCTL_BACKUP_WALK_H
#define VZCTL_BACKUP_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backup_base;
struct backup_out;
struct vz_err;

struct backup_walk;

/* prefix: what paths in the archive begin with. -ENOMEM. */
int backup_walk_new(int root, const char *prefix, struct backup_out *out,
		    struct backup_walk **walk, struct vz_err *e);
void backup_walk_free(struct backup_walk *w);

/* Before the first pass: write only what is not as in that archive. Takes its list over. */
void backup_walk_base(struct backup_walk *w, struct backup_base *base);
/* Digests of what the next passes write are taken, for the list of files. */
void backup_walk_digests(struct backup_walk *w, bool on);

/* All of the tree. moves: it may change meanwhile, and another pass follows. */
int backup_walk_all(struct backup_walk *w, bool moves, struct vz_err *e);
/*
 * What has changed since, and what is gone. The tree stands still, and is on disk. root:
 * the same folder as before.
 */
int backup_walk_rest(struct backup_walk *w, int root, struct vz_err *e);
/* The inode flags of all that was written. */
int backup_walk_flags(struct backup_walk *w, struct vz_err *e);

/* The list of all files. */
int backup_walk_index(struct backup_walk *w, struct vz_err *e);

/* Names that were written. */
uint64_t backup_walk_files(const struct backup_walk *w);

#endif /* VZCTL_BACKUP_WALK_H */
