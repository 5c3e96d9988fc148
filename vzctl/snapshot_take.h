/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The making of a snapshot. */
#ifndef VZCTL_SNAPSHOT_TAKE_H
#define VZCTL_SNAPSHOT_TAKE_H

#include <stdbool.h>

struct snapshot;
struct vz_conf;
struct vz_err;

/*
 * Of a VE in any state. memory: that of a running VE too, whose processes stand still
 * meanwhile and go on; a suspended one's always comes along. s->memory says whether there
 * is one. What fails leaves nothing.
 */
int snapshot_take(const struct vz_conf *c, struct snapshot *s, bool memory, struct vz_err *e);
/*
 * The files of a VE in any state into <stage>/area, as they lie on disk; stage: of
 * vz_commit_begin(). One that runs stands still for a moment.
 */
int snapshot_copy_live(const struct vz_conf *c, const char *stage, struct vz_err *e);
/* A copy of tree from, made at path, which is not there yet. trash: a folder beside it. */
int snapshot_copy(const char *from, const char *path, const char *trash, struct vz_err *e);

#endif /* VZCTL_SNAPSHOT_TAKE_H */
