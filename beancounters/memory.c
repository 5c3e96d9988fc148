// SPDX-License-Identifier: GPL-2.0-only
/*
 * physpages, swappages and oomguarpages: what the memory controller counts is
 * read there and not counted twice.
 *
 * Owns nothing. Of our own counter only barrier (stored, no effect), and peak
 * and failures from before a restore are used. The memory css is the one of
 * the VE's own cgroup; a reference is held while it is looked at.
 *
 * The peak includes pages that the controller has charged ahead on CPUs; that
 * of oomguarpages is the largest value that was read. Sums of pages by kind are
 * gathered by the controller every two seconds, or before when much changed.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <vz/object.h>
#include "counter.h"

#define UB_RECLAIM_TRIES	16

/* No guarantee of commits, and one of three quarters of the memory against OOM. */
void ub_memory_defaults(struct ub_counters *cs)
{
	ub_counter_bounds(&cs->res[UB_VMGUARPAGES], 0, UB_MAXVALUE);
	ub_counter_bounds(&cs->res[UB_OOMGUARPAGES], totalram_pages() / 4 * 3,
			  UB_MAXVALUE);
}

/* The VE's memory css with a reference; NULL when it has none of its own. */
struct mem_cgroup *ub_get_memcg(struct ve *ve)
{
	struct cgroup_subsys_state *css;

	css = cgroup_get_e_css(ve->css.cgroup, &memory_cgrp_subsys);
	if (css && css->cgroup == ve->css.cgroup)
		return mem_cgroup_from_css(css);
	css_put(css);
	return NULL;
}

/* Pages that only their users' end or swap can free, and what is in swap. */
static unsigned long ub_oom_pages(struct mem_cgroup *memcg)
{
	return memcg_page_state(memcg, NR_INACTIVE_ANON) +
	       memcg_page_state(memcg, NR_ACTIVE_ANON) +
	       memcg_page_state(memcg, NR_UNEVICTABLE) +
	       page_counter_read(&memcg->swap);
}

static void ub_oom_row(struct mem_cgroup *memcg, struct ub_counter *c,
		       struct ub_row *row)
{
	unsigned long flags;

	row->held = ub_oom_pages(memcg);
	spin_lock_irqsave(&c->lock, flags);
	if (row->held > c->maxheld)
		WRITE_ONCE(c->maxheld, row->held);
	row->maxheld = c->maxheld;
	spin_unlock_irqrestore(&c->lock, flags);
	row->failcnt += atomic_long_read(&memcg->memory_events[MEMCG_OOM_KILL]);
}

/* Correct @row, which has the values of our own counter. @memcg is the VE's. */
void ub_memory_row(struct ve *ve, struct mem_cgroup *memcg, enum ub_resource res,
		   struct ub_row *row)
{
	struct page_counter *pc;
	unsigned long max;

	if (res == UB_OOMGUARPAGES) {
		ub_oom_row(memcg, &ub_counters(ve)->res[res], row);
		return;
	}
	if (res == UB_PHYSPAGES) {
		pc = &memcg->memory;
		row->failcnt += atomic_long_read(&memcg->memory_events[MEMCG_OOM]);
	} else {
		pc = &memcg->swap;
		row->failcnt += atomic_long_read(&memcg->memory_events[MEMCG_SWAP_FAIL]);
	}
	row->held = page_counter_read(pc);
	row->maxheld = max(row->maxheld, READ_ONCE(pc->watermark));
	max = READ_ONCE(pc->max);
	row->limit = max >= PAGE_COUNTER_MAX ? UB_MAXVALUE : max;
}

/* Make room below a lowered limit, as far as reclaim gets. */
static void ub_shrink_memory(struct mem_cgroup *memcg, unsigned long max)
{
	int tries = UB_RECLAIM_TRIES;
	unsigned long usage;

	while ((usage = page_counter_read(&memcg->memory)) > max && tries) {
		if (signal_pending(current) || READ_ONCE(memcg->memory.max) != max)
			break;
		if (!try_to_free_mem_cgroup_pages(memcg, usage - max, GFP_KERNEL,
						  MEMCG_RECLAIM_MAY_SWAP, NULL))
			tries--;
	}
}

/**
 * ub_memory_set_limit - memory.max or memory.swap.max of the VE
 * @ve: an armed VE
 * @res: a row for which ub_is_memory() holds
 * @limit: pages; that of oomguarpages has no effect
 *
 * Context: may sleep. Return: 0, or -ENODEV when the cgroup has no memory
 * controller of its own.
 */
int ub_memory_set_limit(struct ve *ve, enum ub_resource res, unsigned long limit)
{
	struct mem_cgroup *memcg = ub_get_memcg(ve);
	unsigned long max = min_t(unsigned long, limit, PAGE_COUNTER_MAX);

	if (!memcg)
		return -ENODEV;
	if (res == UB_PHYSPAGES) {
		xchg(&memcg->memory.max, max);
		ub_shrink_memory(memcg, max);
	} else if (res == UB_SWAPPAGES) {
		xchg(&memcg->swap.max, max);
	}
	mem_cgroup_put(memcg);
	return 0;
}
