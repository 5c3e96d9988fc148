/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Restore of a VE. */
#ifndef CHECKPOINT_RESTORE_H
#define CHECKPOINT_RESTORE_H

struct ckpt_gate;
struct ckpt_stats;
struct vz_conf;
struct vz_err;

/*
 * Restore from dir: cgroup subtree, limits, addresses, counters, tasks.
 * The VE's cgroup and network are made by this call. VZ_RESTORE on failure, and
 * then nothing of the VE is left but the images.
 */
int ckpt_restore(const struct vz_conf *c, const char *dir, const struct ckpt_gate *gate,
		 struct ckpt_stats *st, struct vz_err *e);

/* Let the network of a restored VE go, where the gate kept it held. */
int ckpt_release_hold(const struct vz_conf *c, struct vz_err *e);

#endif /* CHECKPOINT_RESTORE_H */
