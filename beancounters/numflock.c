// SPDX-License-Identifier: GPL-2.0-only
/*
 * numflock: file locks of all kinds and leases, those that are held. Requests
 * that wait for another lock are bounded by numproc.
 *
 * The owner is the VE of the task that locks, not of the file's opener: a file
 * that the host has passed into a VE must not be a way around the limit. The
 * lock remembers it with a reference. It is charged when it is inserted, so the
 * spare objects that fs/locks.c allocates in advance cost nothing; a lock that
 * takes the place of another takes over its charge and cannot be refused.
 *
 * Called under flc_lock, the uncharge without locks; nothing here sleeps.
 */
#include <linux/errno.h>
#include <linux/filelock.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "charge.h"
#include "row.h"

/* Refusing to cut a lock in two would keep a program from unlocking. */
int __ub_charge_flock(struct file_lock_core *flc, bool split)
{
	struct ve *ve = current_ve();

	if (!ve || flc->flc_ve)
		return 0;
	if (ub_quick_charge(ve, UB_NUMFLOCK, 1, split ? UB_SOFT : UB_HARD))
		return -ENOLCK;
	ve_get(ve);
	flc->flc_ve = ve;
	return 0;
}

void __ub_pass_flock(struct file_lock_core *to, struct file_lock_core *from)
{
	to->flc_ve = from->flc_ve;
	from->flc_ve = NULL;
}

void __ub_uncharge_flock(struct file_lock_core *flc)
{
	struct ve *ve = flc->flc_ve;

	flc->flc_ve = NULL;
	ub_quick_uncharge(ve, UB_NUMFLOCK, 1);
	ve_put(ve);
}

UB_ROW(NUMFLOCK) = { .batch = 4 };
