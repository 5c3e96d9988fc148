/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tasks of a VE that stand in the way of a dump. */
#ifndef CHECKPOINT_TASKS_H
#define CHECKPOINT_TASKS_H

#include <sys/types.h>

struct vz_err;

/* A task in payload that is not the VE's own (entered from the host) is an error. */
int ckpt_cg_check_tasks(unsigned int id, pid_t init, struct vz_err *e);
/* So is a cgroup of its own that it has frozen; that does not pass by itself. */
int ckpt_cg_check_iced(unsigned int id, struct vz_err *e);
/*
 * -EINPROGRESS: a task of the frozen VE waits in vfork() for its child, which is frozen
 * before exec. The kernel takes such a task for frozen, but ptrace cannot stop it.
 */
int ckpt_cg_check_frozen(unsigned int id, struct vz_err *e);

#endif /* CHECKPOINT_TASKS_H */
