/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots of a VE: <private>.snapshots/<id>/ with area, config, info.json and, of a
 * VE that ran, memory. Each is a whole copy, so none depends on another; the tree of
 * them is for people. They are the host's and not counted against the VE's limits.
 * Callers hold the VE's lock.
 */
#ifndef VZCTL_SNAPSHOT_H
#define VZCTL_SNAPSHOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct vz_conf;
struct vz_err;

#define SNAPSHOT_ID	40	/* {8-4-4-4-12} and the end */
#define SNAPSHOT_MEMORY	"memory"
#define SNAPSHOT_AREA	"area"
#define SNAPSHOT_CONFIG	"config"
#define SNAPSHOT_TARGET	"target"	/* a link to where it is mounted */

/**
 * struct snapshot - what is known of one
 * @id, @parent: with braces; parent is empty for a root
 * @date: local time, as lists show it
 * @memory, @config: what a switch to it restores besides the files
 */
struct snapshot {
	char id[SNAPSHOT_ID], parent[SNAPSHOT_ID], date[32];
	char *name, *description;
	bool memory, config;
};

/* id as lists show it, from what a user typed. -EINVAL. */
int snapshot_id_parse(const char *text, char id[SNAPSHOT_ID], struct vz_err *e);
int snapshot_id_new(char id[SNAPSHOT_ID], struct vz_err *e);
/* PATH_MAX: sub below the folder of id; the folder of all for id NULL. */
char *snapshot_path(char *buf, const struct vz_conf *c, const char *id, const char *sub);

/* The one that the VE goes on from; empty when there is none. */
void snapshot_current(const struct vz_conf *c, char id[SNAPSHOT_ID]);
int snapshot_set_current(const struct vz_conf *c, const char *id, struct vz_err *e);
/* In the stage of a commit: the folder of a new snapshot; which one is current afterwards. */
int snapshot_stage(const char *stage, const char *id, char folder[PATH_MAX], struct vz_err *e);
int snapshot_stage_current(const char *stage, const char *id, struct vz_err *e);

/* -ENOENT: there is no such one. */
int snapshot_load(const struct vz_conf *c, const char *id, struct snapshot *s, struct vz_err *e);
/* Into folder dir, which is not yet or is the snapshot's. */
int snapshot_save(const struct snapshot *s, const char *dir, struct vz_err *e);
void snapshot_free(struct snapshot *s);
/* All, the oldest first; malloc'ed array. */
int snapshot_list(const struct vz_conf *c, struct snapshot **list, size_t *n, struct vz_err *e);
/* Where it is mounted. */
bool snapshot_mounted(const struct vz_conf *c, const char *id, char target[PATH_MAX]);
/* All of them go, with their VE. -EBUSY: one is mounted. */
int snapshot_check_unused(const struct vz_conf *c, struct vz_err *e);
int snapshot_remove_all(const struct vz_conf *c, struct vz_err *e);

#endif /* VZCTL_SNAPSHOT_H */
