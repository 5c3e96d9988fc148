// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcachesize: dentries and inodes, in bytes of slab objects; those that are in
 * use and those that are merely kept. The latter are dropped before anything
 * is refused, so a refusal means that the VE uses that much.
 *
 * The owner is obj_cgroup->ve, see kmemsize.c; the object's slab remembers the
 * obj_cgroup, so charge and uncharge meet the same VE. Charged wherever the
 * caller of the slab allocator may be, uncharged also in RCU callbacks.
 */
#include <linux/memcontrol.h>
#include <linux/vmstat.h>
#include <vz/ub-mm.h>
#include "charge.h"
#include "kmemsize.h"
#include "row.h"

/*
 * Inodes are often allocated where the file system must not be entered, so
 * that nothing can be dropped for them. The dentry, which comes first, keeps
 * this much free for them.
 */
#define UB_DCACHE_SPARE	(64UL << 10)

/* Most limits are far away: that is decided without a division. */
static __always_inline bool ub_dcache_is_tight(struct ve *ve, unsigned long bytes)
{
	struct ub_counter *c = ub_counter(ve, UB_DCACHESIZE);
	unsigned long limit = READ_ONCE(c->limit);

	bytes += READ_ONCE(c->held);
	return unlikely(bytes + UB_DCACHE_SPARE > limit) &&
	       bytes + min(UB_DCACHE_SPARE, limit / 8) > limit;
}

int __ub_charge_dcache(struct obj_cgroup *objcg, gfp_t gfp, unsigned long bytes)
{
	struct ve *ve = objcg->ve;

	if (!ve)
		return 0;
	if (unlikely(ub_dcache_is_tight(ve, bytes)))
		ub_drop_unused(ve, gfp);
	if (likely(ub_pay(ve, UB_DCACHESIZE, bytes)))
		return 0;
	return ub_charge_slab(ve, UB_DCACHESIZE, gfp, bytes, UB_SOFT);
}

void __ub_uncharge_dcache(struct obj_cgroup *objcg, unsigned long bytes)
{
	if (objcg->ve)
		ub_quick_uncharge(objcg->ve, UB_DCACHESIZE, bytes);
}

static unsigned long ub_host_reclaimable(void)
{
	return global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) << PAGE_SHIFT;
}

UB_ROW(DCACHESIZE) = { .unit = UB_BYTES, .batch = 4, .host = ub_host_reclaimable };
