/* SPDX-License-Identifier: GPL-2.0-only */
/* The pace of a VE's IO, and the files that set it: see io_pace.c. Private to beancounters/. */
#ifndef _VZ_UB_IO_PACE_H
#define _VZ_UB_IO_PACE_H

#include <linux/cgroup-defs.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "bucket.h"
#include "row.h"

/**
 * struct ub_io_pace - limits on the rate of a VE's IO
 * @lock: protects the buckets; a leaf lock, irq-safe
 * @bytes: iolimit
 * @ops: iopslimit
 * @wait: tasks that owe
 * @changes: of the limits, so that sleepers look again
 */
struct ub_io_pace {
	spinlock_t		lock;
	struct ub_bucket	bytes;
	struct ub_bucket	ops;
	wait_queue_head_t	wait;
	unsigned int		changes;
};

extern const struct ub_part ub_io_pace_part;
extern struct cftype ub_io_files[];

void ub_io_charge(struct ve *ve, u64 bytes, unsigned int ops);

#endif /* _VZ_UB_IO_PACE_H */
