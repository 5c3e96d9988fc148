/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's side from PREPARE to the end. */
#ifndef VZMIGRATE_RECEIVE_TAKE_H
#define VZMIGRATE_RECEIVE_TAKE_H

struct mig_dst;
struct vz_err;

/* PREPARE to the end. */
int dst_take_over(struct mig_dst *d, struct vz_err *e);

#endif /* VZMIGRATE_RECEIVE_TAKE_H */
