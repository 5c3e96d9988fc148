/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IO of one VE: counters and the limits on its rate. Private to beancounters/.
 */
#ifndef _VZ_UB_IO_PRIVATE_H
#define _VZ_UB_IO_PRIVATE_H

#include <linux/cgroup-defs.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <vz/ub-io.h>
#include "bucket.h"
#include "row.h"

/**
 * struct ub_io_stat - what one CPU has counted
 * @read: bytes
 * @write: bytes, direct ones and @dirty
 * @dirty: bytes
 * @cancel: bytes
 * @syncs: calls begun
 * @synced: calls ended
 */
struct ub_io_stat {
	u64	read;
	u64	write;
	u64	dirty;
	u64	cancel;
	u64	syncs[UB_IO_NR_SYNCS];
	u64	synced[UB_IO_NR_SYNCS];
};

/**
 * struct ub_io - IO of a VE
 * @stat: counters, never reset
 * @lock: protects the buckets; a leaf lock, irq-safe
 * @bytes: iolimit
 * @ops: iopslimit
 * @wait: tasks that owe
 * @changes: of the limits, so that sleepers look again
 */
struct ub_io {
	struct ub_io_stat __percpu	*stat;
	spinlock_t			lock;
	struct ub_bucket		bytes;
	struct ub_bucket		ops;
	wait_queue_head_t		wait;
	unsigned int			changes;
};

/* io.c */
extern const struct ub_part ub_io_part;
void ub_io_sum(struct ub_io *io, struct ub_io_stat *sum);

/* io_pace.c */
extern struct cftype ub_io_files[];
void ub_io_charge(struct ve *ve, u64 bytes, unsigned int ops);

#endif /* _VZ_UB_IO_PRIVATE_H */
