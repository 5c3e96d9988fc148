// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pace of the garbage collector of unix sockets in flight (net/unix/garbage.c).
 *
 * It runs in a worker, on nobody's account, each time that anybody closes a unix
 * socket while any is in flight, and looks at all that are in flight on the
 * node, under a lock that every sender and receiver of a socket needs. How much
 * that is, and how often, a VE decides. So the collector gets a tenth of a CPU:
 * after a run it sleeps until that is so. Whoever is to wait for it, which is
 * only who has thousands in flight, waits longer.
 *
 * The collector never runs twice at a time, so what is here needs no lock.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/timekeeping.h>
#include <vz/ub-sock.h>
#include "bucket.h"

/* CPU time, ns a second. */
static struct ub_bucket ub_unix_gc = { .speed = NSEC_PER_SEC / 10 };

/**
 * __ub_unix_gc_begin - a run begins
 *
 * Context: the collector's worker, no locks held.
 * Return: what __ub_unix_gc_end() wants to know; never 0
 */
u64 __ub_unix_gc_begin(void)
{
	return task_sched_runtime(current) + 1;
}

/**
 * __ub_unix_gc_end - a run has ended
 * @begin: what its beginning returned
 *
 * Context: as at the beginning. Sleeps for as long as is owed.
 */
void __ub_unix_gc_end(u64 begin)
{
	u64 debt;

	ub_bucket_charge(&ub_unix_gc, task_sched_runtime(current) + 1 - begin, ktime_get_ns());
	debt = ub_bucket_debt(&ub_unix_gc, ktime_get_ns());
	if (debt)
		schedule_timeout_idle(nsecs_to_jiffies(debt) + 1);
}
