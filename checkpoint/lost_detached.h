/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of mounts that are in no mount namespace any more: after umount -l, or of open_tree(2). */
#ifndef CHECKPOINT_LOST_DETACHED_H
#define CHECKPOINT_LOST_DETACHED_H

#include <stddef.h>
#include <sys/types.h>

struct vz_err;

/*
 * mnt: the n_mnt ids of all mounts of a VE's namespaces, in any order, which it sorts. 0, or
 * VZ_CHKPNT with the process of pid[n], its descriptor and what to do. Looks, changes nothing.
 */
int ckpt_check_detached(unsigned int id, const pid_t *pid, size_t n, unsigned int *mnt,
			size_t n_mnt, struct vz_err *e);

#endif /* CHECKPOINT_LOST_DETACHED_H */
