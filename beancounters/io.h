/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IO of one VE: counters and the limits on its rate. Private to beancounters/.
 */
#ifndef _VZ_UB_IO_PRIVATE_H
#define _VZ_UB_IO_PRIVATE_H

#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <vz/ub-io.h>

/* What a VE may do at once after it was idle, ns of its speed. */
#define UB_IO_BURST	(250 * NSEC_PER_MSEC)
/*
 * What a VE may owe at most, seconds of its speed: a day, so that nothing is
 * for free. Much is owed only after calls that can be paced in no place, such
 * as readahead(2), and those that are not while their task is to be frozen,
 * which a VE may do to its own.
 */
#define UB_IO_MAX_DEBT	(24 * 3600)

/**
 * struct ub_bucket - a rate
 * @speed: units a second, 0 for no limit
 * @paid: time at which all that was charged is paid for, ns
 */
struct ub_bucket {
	u64	speed;
	u64	paid;
};

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

/* io_bucket.c: arithmetic, no knowledge of clocks or VEs */
void ub_bucket_charge(struct ub_bucket *b, u64 n, u64 now);
u64 ub_bucket_debt(const struct ub_bucket *b, u64 now);
void ub_bucket_set(struct ub_bucket *b, u64 speed, u64 now);

/* io.c */
struct ub_io *ub_io_alloc(void);
void ub_io_free(struct ub_io *io);
void ub_io_sum(struct ub_io *io, struct ub_io_stat *sum);

/* io_pace.c */
void ub_io_charge(struct ve *ve, u64 bytes, unsigned int ops);

#endif /* _VZ_UB_IO_PRIVATE_H */
