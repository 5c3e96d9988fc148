// SPDX-License-Identifier: GPL-2.0-only
/*
 * swappages: as physpages.c, from the memory controller; the limit is
 * memory.swap.max. Owns nothing.
 */
#include <linux/page_counter.h>
#include <linux/swap.h>
#include "memcg.h"
#include "pages.h"
#include "row.h"

static void ub_swap_read(struct ve *ve, struct ub_row *row)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = ub_peek_memcg(ve);
	if (memcg) {
		ub_read_pages(&memcg->swap, row);
		row->failcnt += atomic_long_read(&memcg->memory_events[MEMCG_SWAP_FAIL]);
	}
	rcu_read_unlock();
}

/* Return: 0, or -ENODEV without a memory controller of its own. */
static int ub_swap_set_limit(struct ve *ve, unsigned long limit)
{
	struct mem_cgroup *memcg = ub_get_memcg(ve);

	if (!memcg)
		return -ENODEV;
	xchg(&memcg->swap.max, min_t(unsigned long, limit, PAGE_COUNTER_MAX));
	mem_cgroup_put(memcg);
	return 0;
}

static unsigned long ub_host_swapped(void)
{
	return total_swap_pages - get_nr_swap_pages();
}

UB_ROW(SWAPPAGES) = {
	.unit		= UB_PAGES,
	.read		= ub_swap_read,
	.set_limit	= ub_swap_set_limit,
	.host		= ub_host_swapped,
};
