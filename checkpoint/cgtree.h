/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VE's cgroup subtree. */
#ifndef CHECKPOINT_CGTREE_H
#define CHECKPOINT_CGTREE_H

#include <stdbool.h>
#include "checkpoint/ve_state.pb-c.h"

struct vz_err;

/* More than that no VE is dumped with. */
#define CKPT_CG_MAX_DIRS	65536

/* A file of a cgroup that goes along. */
bool ckpt_cg_is_knob(const char *name);

int ckpt_cg_collect(unsigned int id, VeState *s, struct vz_err *e);

/* Remove payload of the last run: its controllers are on, which shuts CRIU out. */
int ckpt_cg_clear(unsigned int id, struct vz_err *e);
int ckpt_cg_make(unsigned int id, const VeState *s, struct vz_err *e);
int ckpt_cg_subtree_control(unsigned int id, const VeState *s, struct vz_err *e);
/*
 * Settings of <id> and of the VE's own tree. pressing: those that would slow
 * CRIU down, and nothing else.
 */
int ckpt_cg_knobs(unsigned int id, const VeState *s, bool pressing, struct vz_err *e);
/* Value of a setting of <id>, malloc'ed; NULL when it has none. */
char *ckpt_cg_value(const VeState *s, const char *name);

#endif /* CHECKPOINT_CGTREE_H */
