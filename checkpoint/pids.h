/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes of a VE, as the host numbers them. */
#ifndef CHECKPOINT_PIDS_H
#define CHECKPOINT_PIDS_H

#include <stddef.h>
#include <sys/types.h>

struct vz_err;

struct ckpt_pids {
	pid_t *pid;	/* to be freed */
	size_t n, room;
};

/* Those of all its cgroups; what starts or ends meanwhile may be there or not. */
int ckpt_pids_list(unsigned int id, struct ckpt_pids *p, struct vz_err *e);

#endif /* CHECKPOINT_PIDS_H */
