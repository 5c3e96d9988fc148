/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of the files and of the configuration of a VE together, that a crash
 * does not cut in two. All that is new is made in <private>.tmp: area, config and dump,
 * each or none of them. One rename, to <private>.commit, says that it is to be; what
 * is left to do then is done by whoever comes next. Callers hold the VE's lock; it does
 * not run.
 */
#ifndef LIBVZ_COMMIT_H
#define LIBVZ_COMMIT_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/* Names below the stage. */
#define VZ_COMMIT_AREA		"area"		/* becomes the private area */
#define VZ_COMMIT_CONFIG	"config"	/* becomes the configuration */
#define VZ_COMMIT_DUMP		"dump"		/* becomes the memory of a suspended VE */
#define VZ_COMMIT_NO_DUMP	"no-dump"	/* a file: the memory that there is goes */
#define VZ_COMMIT_LEAVES	"leaves"	/* a link to an area elsewhere that is to go */
#define VZ_COMMIT_SNAPSHOTS	"snapshots"	/* what is in it goes to <private>.snapshots */
#define VZ_COMMIT_TRASH		"trash"		/* an empty folder to remove trees through */

/* An empty <private>.tmp, in place of what an earlier call left there; path has PATH_MAX bytes. */
int vz_commit_begin(const struct vz_conf *c, char *path, struct vz_err *e);
/* On failure the stage is gone, and nothing has happened; or the next call of _finish does it. */
int vz_commit_do(const struct vz_conf *c, struct vz_err *e);
void vz_commit_undo(const struct vz_conf *c);

/*
 * What a call before this one has decided, or gave up. *done: the configuration is to be
 * read again.
 */
int vz_commit_finish(const struct vz_conf *c, bool *done, struct vz_err *e);

#endif /* LIBVZ_COMMIT_H */
