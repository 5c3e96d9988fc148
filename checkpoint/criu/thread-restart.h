/* SPDX-License-Identifier: GPL-2.0-only */
/* How calls go on that the dump has interrupted: sleeps, polls, waits for a futex. */
#ifndef __CR_THREAD_RESTART_H__
#define __CR_THREAD_RESTART_H__

#include "images/core.pb-c.h"
#include "pstree.h"

/* Of all threads, before anything runs in them; into their cores. */
extern int collect_thread_restarts(struct pstree_item *item);
/* A dump in them has lost it: give it back before they go on. */
extern void give_back_thread_restarts(const struct pstree_item *item);

/* Room that all processes of the restore share, by who makes them. */
extern int prepare_thread_restarts(struct pstree_item *item);
/* By the task, once it has read its threads' cores. */
extern void note_thread_restart(struct pstree_item *item, int thread, const ThreadCoreEntry *core);
/* The thread is about to go on. */
extern void put_thread_restart(struct pstree_item *item, int thread);

#endif
