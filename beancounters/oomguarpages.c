// SPDX-License-Identifier: GPL-2.0-only
/*
 * oomguarpages: a guarantee against the global OOM killer, see oom.c for what it
 * does. Nothing is charged and the limit has no effect. What is held is read
 * from the memory controller, which gathers it every two seconds, or before
 * when much changed; the peak is the largest value that was read. Owns nothing.
 */
#include <linux/mm.h>
#include <linux/page_counter.h>
#include <vz/beancounter.h>
#include <vz/ub-show.h>
#include "counters.h"
#include "memcg.h"
#include "row.h"

/* Pages that only their users' end or swap can free, and what is in swap. */
static unsigned long ub_oom_pages(struct mem_cgroup *memcg)
{
	return memcg_page_state(memcg, NR_INACTIVE_ANON) +
	       memcg_page_state(memcg, NR_ACTIVE_ANON) +
	       memcg_page_state(memcg, NR_UNEVICTABLE) +
	       page_counter_read(&memcg->swap);
}

static void ub_oom_read(struct ve *ve, struct ub_row *row)
{
	struct ub_counter *c = ub_counter(ve, UB_OOMGUARPAGES);
	struct mem_cgroup *memcg;
	struct ub_denial unused;

	rcu_read_lock();
	memcg = ub_peek_memcg(ve);
	if (memcg) {
		row->held = ub_oom_pages(memcg);
		ub_counter_note(c, row->held, UB_FORCE, &unused);
		row->maxheld = READ_ONCE(c->maxheld);
		row->failcnt += atomic_long_read(&memcg->memory_events[MEMCG_OOM_KILL]);
	}
	rcu_read_unlock();
}

/* Three quarters of the memory, as it always was. */
static int ub_oom_arm(struct ub_counters *cs)
{
	ub_counter_bounds(&cs->res[UB_OOMGUARPAGES], totalram_pages() / 4 * 3, UB_MAXVALUE);
	return 0;
}

UB_ROW(OOMGUARPAGES) = {
	.unit	= UB_PAGES,
	.arm	= ub_oom_arm,
	.read	= ub_oom_read,
};
