/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl set: the way of a change into a running VE. */
#ifndef VZCTL_SET_LIVE_H
#define VZCTL_SET_LIVE_H

#include <stdbool.h>

struct change;
struct ctx;
struct vz_err;

/* Make a running VE follow. *restart: something takes effect at the next start only. */
int set_live(struct ctx *x, const struct change *ch, bool *restart, struct vz_err *e);

#endif /* VZCTL_SET_LIVE_H */
