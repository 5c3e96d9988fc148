/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of CPU time and IO, in all cgroups of a VE. */
#ifndef CHECKPOINT_RATES_H
#define CHECKPOINT_RATES_H

#include <stdbool.h>
#include "checkpoint/ve_state.pb-c.h"

struct vz_err;

/* Limits of CPU time and IO. lift and limit work on all cgroups of the VE. */
bool ckpt_is_rate(const char *knob);
int ckpt_rates_lift(unsigned int id, const VeState *s, struct vz_err *e);
int ckpt_rates_limit(unsigned int id, const VeState *s, struct vz_err *e);

#endif /* CHECKPOINT_RATES_H */
