/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What processes are to each other, and in themselves, that no CRIU dumps. */
#ifndef CHECKPOINT_STATES_TASKS_H
#define CHECKPOINT_STATES_TASKS_H

#include <stddef.h>
#include <sys/types.h>

struct vz_err;

/*
 * 0, or VZ_CHKPNT with the process and what to do, for a list of processes, whose order it
 * changes. What may be over in a moment is looked at again for two seconds.
 */
int ckpt_check_tasks(unsigned int id, pid_t *pid, size_t n, struct vz_err *e);

#endif /* CHECKPOINT_STATES_TASKS_H */
