/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VE is frozen now and dumped later. */
#ifndef CHECKPOINT_SUSPEND_H
#define CHECKPOINT_SUSPEND_H

struct vz_err;

/* How often a VE goes on for a moment because a task waits in vfork(): 13 s in all. */
#define CKPT_VFORK_TRIES	50

/* Before try number @try, from 1; differs, not to meet what comes at equal intervals. */
void ckpt_vfork_pause(int try);

/**
 * ckpt_suspend() - freeze a VE at a moment at which it can be dumped
 * @timeout_ms: of each freeze
 *
 * A task that waits in vfork() for a frozen child cannot be dumped, so the VE goes on for a moment
 * and is frozen again. One in which that never ends is frozen all the same: a later dump names the
 * task. A VE that is frozen already stays as it is.
 *
 * Return: 0, or the error of vz_ve_freeze().
 */
int ckpt_suspend(unsigned int id, int timeout_ms, struct vz_err *e);

#endif /* CHECKPOINT_SUSPEND_H */
