/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source's side of the hand-over, and its end. */
#ifndef VZMIGRATE_SOURCE_HAND_H
#define VZMIGRATE_SOURCE_HAND_H

#include <stdbool.h>

struct journal;
struct mig_src;
struct vz_conf;
struct vz_err;

/* PREPARE, GRANT, RESUMED. 0; CKPT_LEAVE_FROZEN; other: still ours. */
int src_hand_over(struct mig_src *s, struct vz_err *e);

/* Undo what GRANT changed in the configuration. */
int src_take_back(struct vz_conf *c, const struct journal *j, struct vz_err *e);
/* The VE is gone from here: its files, configuration, journal. */
int src_clean_up(struct vz_conf *c, const struct journal *j, bool keep_private, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_HAND_H */
