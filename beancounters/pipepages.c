// SPDX-License-Identifier: GPL-2.0-only
/*
 * pipepages: pages that pipes and FIFOs may hold, one for each slot of the ring,
 * whether it is filled or not.
 *
 * The owner is the VE of the task that makes the pipe, remembered in it with a
 * reference. ring_size says how much is charged; it changes under pipe->mutex.
 * Given back by whoever closes the last end, or lets go of a pipe that splice
 * keeps for itself.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/pipe_fs_i.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "charge.h"
#include "row.h"

int __ub_charge_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	struct ve *ve = current_ve();

	if (!ve)
		return 0;
	if (ub_quick_charge(ve, UB_PIPEPAGES, slots, UB_HARD))
		return -ENFILE;
	ve_get(ve);
	pipe->ve = ve;
	return 0;
}

int __ub_grow_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	if (!pipe->ve || slots <= pipe->ring_size)
		return 0;
	return ub_try_charge(pipe->ve, UB_PIPEPAGES, slots - pipe->ring_size, UB_HARD) ?
		-EPERM : 0;
}

void __ub_shrink_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	if (pipe->ve && slots < pipe->ring_size)
		ub_uncharge(pipe->ve, UB_PIPEPAGES, pipe->ring_size - slots);
}

void __ub_free_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	if (!pipe->ve)
		return;
	ub_quick_uncharge(pipe->ve, UB_PIPEPAGES, slots);
	ve_put(pipe->ve);
}

UB_ROW(PIPEPAGES) = { .unit = UB_PAGES, .batch = 64 };
