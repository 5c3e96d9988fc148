/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A token bucket: arithmetic, no knowledge of clocks or VEs. Private to
 * beancounters/.
 */
#ifndef _VZ_UB_BUCKET_H
#define _VZ_UB_BUCKET_H

#include <linux/time64.h>
#include <linux/types.h>

/* What may be done at once after a pause, ns of the bucket's speed. */
#define UB_BUCKET_BURST		(250 * NSEC_PER_MSEC)
/*
 * What may be owed at most, seconds of its speed: a day, so that nothing is for
 * free. Much is owed only after calls that can be paced in no place, such as
 * readahead(2), and those that are not while their task is to be frozen, which
 * a VE may do to its own.
 */
#define UB_BUCKET_MAX_DEBT	(24 * 3600)

/**
 * struct ub_bucket - a rate
 * @speed: units a second, 0 for no limit
 * @paid: time at which all that was charged is paid for, ns
 */
struct ub_bucket {
	u64	speed;
	u64	paid;
};

void ub_bucket_charge(struct ub_bucket *b, u64 n, u64 now);
u64 ub_bucket_debt(const struct ub_bucket *b, u64 now);
void ub_bucket_set(struct ub_bucket *b, u64 speed, u64 now);

#endif /* _VZ_UB_BUCKET_H */
