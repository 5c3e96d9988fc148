/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Beancounter rows of a dump. */
#ifndef CHECKPOINT_UB_H
#define CHECKPOINT_UB_H

#include <stdbool.h>
#include "checkpoint/ve_state.pb-c.h"

struct vz_err;

/* Beancounter rows. */
/* Rows of a text, which is changed, into s->ub; what is there when it fails is the caller's. */
int ckpt_ub_parse(unsigned int id, char *text, VeState *s, struct vz_err *e);
int ckpt_ub_collect(unsigned int id, VeState *s, struct vz_err *e);

/*
 * Lift all limits while CRIU works inside a running VE; ckpt_ub_limits() puts
 * them back. memory: the rows that belong to the memory controller.
 */
int ckpt_ub_lift(unsigned int id, const VeState *s, struct vz_err *e);
int ckpt_ub_limits(unsigned int id, const VeState *s, bool memory, struct vz_err *e);
/* Peaks and failure counts; only in RESTORING. */
int ckpt_ub_counts(unsigned int id, const VeState *s, struct vz_err *e);

#endif /* CHECKPOINT_UB_H */
