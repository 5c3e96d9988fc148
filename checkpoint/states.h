/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States of processes that cannot be dumped, found before a VE is frozen or copied. */
#ifndef CHECKPOINT_STATES_H
#define CHECKPOINT_STATES_H

#include <stddef.h>
#include <sys/types.h>

struct vz_err;

/* 0, or VZ_CHKPNT with the process, the descriptor and what to do. Changes nothing. */
int ckpt_check_states(unsigned int id, struct vz_err *e);

/* The same for a list of processes, whose order it changes. */
int ckpt_check_processes(unsigned int id, pid_t *pid, size_t n, struct vz_err *e);

#endif /* CHECKPOINT_STATES_H */
