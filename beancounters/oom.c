// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom the global OOM killer takes: first by VE, the one that is furthest above
 * its guarantee (oomguarpages.barrier), then the worst task in it. The host's
 * tasks come last. An OOM inside a VE is the memory controller's and chooses
 * among that VE's tasks as ever.
 *
 * The order must not change while the tasks are walked, so a VE's overdraft is
 * computed once per OOM and kept with its counters. All of it under oom_lock;
 * the walk is under RCU and does not sleep.
 */
#include <linux/memcontrol.h>
#include <linux/oom.h>
#include <vz/ub-mm.h>
#include "counters.h"
#include "list.h"
#include "oom.h"
#include "read.h"

/* Pages of overdraft that count; more makes no difference. */
#define UB_OVERDRAFT_MAX	((1L << 30) - 1)
/* Points of a task are pages of memory and swap, below that. */
#define UB_OVERDRAFT_SHIFT	32

static unsigned long ub_oom_round;

/**
 * ub_overdraft - how far a VE is above its guarantee
 * @used: pages of kernel memory and socket buffers
 * @guarantee: oomguarpages.barrier
 * @held: oomguarpages.held
 *
 * Return: pages, negative below the guarantee, at most UB_OVERDRAFT_MAX.
 */
long ub_overdraft(unsigned long used, unsigned long guarantee, unsigned long held)
{
	unsigned long sum;

	if (check_add_overflow(used, held, &sum))
		sum = ULONG_MAX;
	if (sum >= guarantee)
		return min(sum - guarantee, (unsigned long)UB_OVERDRAFT_MAX);
	return -(long)min(guarantee - sum, (unsigned long)UB_OVERDRAFT_MAX);
}

/**
 * ub_oom_bias - points of a task with the overdraft of its VE
 * @points: of the task, LONG_MIN when it must not be killed
 * @overdraft: from ub_overdraft(), LONG_MIN for the host
 */
long ub_oom_bias(long points, long overdraft)
{
	long most = (1L << (UB_OVERDRAFT_SHIFT - 1)) - 1;

	if (points == LONG_MIN)
		return LONG_MIN;
	if (overdraft == LONG_MIN)
		overdraft = -UB_OVERDRAFT_MAX - 1;
	return overdraft * (1L << UB_OVERDRAFT_SHIFT) + clamp(points, -most, most);
}

/* Pages of the rows that say so. */
static unsigned long ub_oom_used(struct ub_counters *cs)
{
	unsigned long bytes = 0, pages = 0;
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++) {
		if (!ub_rows[res]->oom)
			continue;
		if (ub_rows[res]->unit == UB_BYTES)
			bytes += ub_counter_held(&cs->res[res]);
		else
			pages += ub_counter_held(&cs->res[res]);
	}
	return pages + (bytes >> PAGE_SHIFT);
}

static long ub_ve_overdraft(struct ve *ve)
{
	struct ub_counters *cs = ub_counters(ve);
	struct ub_row row;

	if (cs->oom_round != ub_oom_round) {
		ub_read_row(ve, UB_OOMGUARPAGES, &row);
		cs->oom_overdraft = ub_overdraft(ub_oom_used(cs), row.barrier, row.held);
		cs->oom_round = ub_oom_round;
	}
	return cs->oom_overdraft;
}

/* Sleeps: sums up what the memory controller has counted. */
void __ub_oom_begin(void)
{
	mem_cgroup_flush_stats(NULL);
	ub_oom_round++;
}

long __ub_oom_points(struct task_struct *task, long points)
{
	struct ve *ve = task_ve(task);

	return ub_oom_bias(points, ve ? ub_ve_overdraft(ve) : LONG_MIN);
}
