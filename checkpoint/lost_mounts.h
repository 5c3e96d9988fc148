/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts of a VE that CRIU does not dump, or would not restore. */
#ifndef CHECKPOINT_LOST_MOUNTS_H
#define CHECKPOINT_LOST_MOUNTS_H

#include <stddef.h>
#include <sys/types.h>

struct vz_err;

/*
 * 0, or VZ_CHKPNT with the mount and what to do. @pid: a process of each mount namespace. *ids
 * becomes the malloc'ed ids of all their mounts, NULL on error.
 */
int ckpt_check_mounts(unsigned int id, const pid_t *pid, size_t n, unsigned int **ids,
		      size_t *n_ids, struct vz_err *e);

#endif /* CHECKPOINT_LOST_MOUNTS_H */
