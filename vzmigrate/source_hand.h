/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source's side of the hand-over. */
#ifndef VZMIGRATE_SOURCE_HAND_H
#define VZMIGRATE_SOURCE_HAND_H

struct mig_src;
struct vz_err;

/* PREPARE, GRANT, RESUMED. 0; CKPT_LEAVE_FROZEN; other: still ours. */
int src_hand_over(struct mig_src *s, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_HAND_H */
