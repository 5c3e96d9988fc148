// SPDX-License-Identifier: GPL-2.0-only
/*
 * A token bucket, kept as the one time at which everything charged is paid
 * for. What lies more than a burst ahead of now is debt. The caller has the
 * lock and tells the time, so that a test can too.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include "bucket.h"

#define UB_BUCKET_HORIZON	(UB_BUCKET_BURST + (u64)UB_BUCKET_MAX_DEBT * NSEC_PER_SEC)

/**
 * ub_bucket_charge - take tokens, whether they are there or not
 * @b: bucket
 * @n: units
 * @now: ns
 */
void ub_bucket_charge(struct ub_bucket *b, u64 n, u64 now)
{
	u64 cost = UB_BUCKET_HORIZON;

	if (!b->speed)
		return;
	/* This keeps the product below 2^64 as well. */
	if (div64_u64(n, b->speed) <= UB_BUCKET_MAX_DEBT)
		cost = mul_u64_u64_div_u64(n, NSEC_PER_SEC, b->speed);
	b->paid = min(max(b->paid, now) + cost, now + UB_BUCKET_HORIZON);
}

/* Time until the burst covers what is charged, ns. */
u64 ub_bucket_debt(const struct ub_bucket *b, u64 now)
{
	if (!b->speed || b->paid <= now + UB_BUCKET_BURST)
		return 0;
	return b->paid - now - UB_BUCKET_BURST;
}

/* A new speed, which forgives what is owed. */
void ub_bucket_set(struct ub_bucket *b, u64 speed, u64 now)
{
	b->speed = speed;
	b->paid = now;
}
