// SPDX-License-Identifier: GPL-2.0-only
/*
 * numproc: tasks of a VE, threads and zombies included.
 *
 * Owns no object: a task's charge belongs to the css of its css_set, which the
 * controller's callbacks get as an argument; it is made before the task is
 * visible and given back when release_task() has run.
 */
#include <linux/errno.h>
#include <linux/sched/stat.h>
#include <vz/object.h>
#include "charge.h"
#include "row.h"

int ub_can_fork(struct ve *ve)
{
	return ub_quick_charge(ve, UB_NUMPROC, 1, UB_HARD) ? -EAGAIN : 0;
}

void ub_cancel_fork(struct ve *ve)
{
	ub_quick_uncharge(ve, UB_NUMPROC, 1);
}

void ub_task_release(struct ve *ve)
{
	ub_quick_uncharge(ve, UB_NUMPROC, 1);
}

void ub_task_move(struct ve *from, struct ve *to)
{
	if (to)
		ub_charge(to, UB_NUMPROC, 1);
	if (from)
		ub_uncharge(from, UB_NUMPROC, 1);
}

static unsigned long ub_host_tasks(void)
{
	return nr_threads;
}

UB_ROW(NUMPROC) = { .batch = 4, .host = ub_host_tasks };
