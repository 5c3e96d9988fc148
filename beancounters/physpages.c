// SPDX-License-Identifier: GPL-2.0-only
/*
 * physpages: what the memory controller counts for the VE's own cgroup is read
 * there and not counted twice, and its limit is memory.max.
 *
 * Owns nothing. Of our own counter only barrier (stored, no effect), and peak
 * and failures from before a restore are used. The peak includes pages that the
 * controller has charged ahead on CPUs.
 */
#include <linux/mm.h>
#include <linux/page_counter.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include "memcg.h"
#include "pages.h"
#include "row.h"

#define UB_RECLAIM_TRIES	16

static void ub_phys_read(struct ve *ve, struct ub_row *row)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = ub_peek_memcg(ve);
	if (memcg) {
		ub_read_pages(&memcg->memory, row);
		row->failcnt += atomic_long_read(&memcg->memory_events[MEMCG_OOM]);
	}
	rcu_read_unlock();
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

/* Context: may sleep. Return: 0, or -ENODEV without a memory controller of its own. */
static int ub_phys_set_limit(struct ve *ve, unsigned long limit)
{
	unsigned long max = min_t(unsigned long, limit, PAGE_COUNTER_MAX);
	struct mem_cgroup *memcg = ub_get_memcg(ve);

	if (!memcg)
		return -ENODEV;
	xchg(&memcg->memory.max, max);
	ub_shrink_memory(memcg, max);
	mem_cgroup_put(memcg);
	return 0;
}

static unsigned long ub_host_used(void)
{
	return totalram_pages() - global_zone_page_state(NR_FREE_PAGES);
}

UB_ROW(PHYSPAGES) = {
	.unit		= UB_PAGES,
	.read		= ub_phys_read,
	.set_limit	= ub_phys_set_limit,
	.host		= ub_host_used,
};
