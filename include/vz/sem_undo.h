/* SPDX-License-Identifier: GPL-2.0-only */
/* What a task has to undo of SysV semaphores when it ends, for a checkpoint. */
#ifndef _VZ_SEM_UNDO_H
#define _VZ_SEM_UNDO_H

#include <linux/types.h>

struct ipc_namespace;

/**
 * ve_sem_undo_get - what is to be undone of a set of semaphores when a task ends
 * @ns: the task's IPC namespace, referenced by the caller
 * @list: the task's list of undos; compared, never looked into
 * @index: which one of those that there are
 * @semid: becomes the id of the set
 * @adj: becomes a number for each semaphore of the set
 * @room: how many there is room for
 *
 * Context: process context, sleeps; takes the namespace's rwsem and the sets' locks.
 * Return: how many semaphores the set has, 0 behind the last, -E2BIG without enough room.
 */
int ve_sem_undo_get(struct ipc_namespace *ns, const void *list, u32 index, int *semid,
		    s16 *adj, u32 room);

#endif /* _VZ_SEM_UNDO_H */
