// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scopes in which a VE pays for all memory that the kernel takes.
 *
 * The kernel accounts an allocation when the place that makes it says so. Of
 * the thousands that a VE can reach, most do not: routes, nexthops, xfrm, qdiscs,
 * memberships, options. Their callers are few, so the calls are marked instead
 * of the places: messages to netlink, setsockopt(2), ioctl(2) of sockets, new
 * net namespaces, superblocks, watches; and what packets leave behind for a net
 * namespace. Hot paths are in no scope; they are as fast as ever.
 *
 * Owns nothing but a reference to the memory cgroup while a net scope lasts.
 * The bits of current->flags are current's own; no lock.
 *
 * Whoever begins a scope pays a toll first: room for a few pages, asked for where
 * nothing is locked yet, so what can be reclaimed for it is reclaimed there.
 * The kernel forces atomic allocations above every limit. In a scope that could
 * not pay the toll they are refused like others and nothing waits, so a VE is
 * never above its limit by more than one call makes. To take things away still
 * works then.
 */
#include <linux/memcontrol.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <vz/ub-scope.h>
#include "memcg.h"
#include "scope.h"
#include "counters.h"

/* The kernel's holes lose their names when they are taken. */
static_assert(PF_VE_PAYS == 0x02000000 && PF_VE_PAYS_STRICTLY == 0x40000000);

/*
 * An object of the plain kmalloc caches is accounted here, too. That must not
 * take its slab's vector from the same caches: it would never be free again.
 */
static_assert(KMALLOC_NO_OBJ_EXT != KMALLOC_NORMAL);

/* Do not end a process of the VE for want of memory: the call can be refused. */
#define UB_SCOPE_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL)

/* More than one thing of the usual kind takes. */
#define UB_TOLL		(4 * PAGE_SIZE)

static bool ub_pay_toll(struct obj_cgroup *objcg)
{
	if (obj_cgroup_charge(objcg, current_gfp_context(UB_SCOPE_GFP), UB_TOLL))
		return false;
	obj_cgroup_uncharge(objcg, UB_TOLL);
	return true;
}

struct ub_scope __ub_begin_scope(void)
{
	struct ub_scope scope = {};
	struct obj_cgroup *objcg;

	if (!in_task() || (current->flags & (PF_VE_PAYS | PF_KTHREAD)))
		return scope;
	objcg = current_obj_cgroup();
	if (!objcg || !objcg->ve)
		return scope;
	scope.flags = PF_VE_PAYS;
	if (!ub_pay_toll(objcg))
		scope.flags |= PF_VE_PAYS_STRICTLY;
	current->flags |= scope.flags;
	return scope;
}

/*
 * Packets can wait for nothing, and a VE whose page cache fills its memory is at
 * its limit all day. So they may go a sixteenth beyond it: whoever of the VE
 * asks for memory next makes room for that.
 */
static bool ub_beyond(unsigned long held, unsigned long limit)
{
	return held > limit && held - limit > limit / 16;
}

bool ub_is_overdrawn(struct ve *ve, struct mem_cgroup *memcg)
{
	struct ub_counter *c = ub_counter(ve, UB_KMEMSIZE);

	return ub_beyond(page_counter_read(&memcg->memory), READ_ONCE(memcg->memory.max)) ||
	       ub_beyond(max(READ_ONCE(c->held), 0L), READ_ONCE(c->limit));
}

struct ub_scope __ub_begin_net_scope(const struct net *net)
{
	struct ve *ve = user_ns_ve(net->user_ns);
	struct ub_scope scope = {};

	if (!ve || in_hardirq() || in_nmi())
		return scope;
	scope.memcg = ub_get_memcg(ve);
	if (!scope.memcg)
		return scope;
	scope.active = true;
	scope.old = set_active_memcg(scope.memcg);
	scope.flags = PF_VE_PAYS;
	if (ub_is_overdrawn(ve, scope.memcg))
		scope.flags |= PF_VE_PAYS_STRICTLY;
	scope.flags &= ~current->flags;
	current->flags |= scope.flags;
	return scope;
}
EXPORT_SYMBOL_GPL(__ub_begin_net_scope);

void __ub_end_scope(struct ub_scope *scope)
{
	current->flags &= ~scope->flags;
	if (!scope->active)
		return;
	set_active_memcg(scope->old);
	mem_cgroup_put(scope->memcg);
}
EXPORT_SYMBOL_GPL(__ub_end_scope);

/*
 * A softirq in the middle of a task's scope is not part of it: it has no active
 * memory cgroup. One with a scope of its own has.
 */
static bool ub_in_scope(void)
{
	if (in_task())
		return true;
	return in_serving_softirq() && !in_hardirq() && !in_nmi() &&
	       this_cpu_read(int_active_memcg);
}

gfp_t __ub_scope_gfp(gfp_t gfp)
{
	if ((gfp & __GFP_NO_OBJ_EXT) || !ub_in_scope())
		return gfp;
	gfp |= __GFP_ACCOUNT;
	if (gfp & __GFP_NOFAIL)
		return gfp;
	/* Nothing more can be reclaimed: do not try again under whatever lock this is. */
	if (current->flags & PF_VE_PAYS_STRICTLY)
		return gfp & ~(__GFP_HIGH | __GFP_DIRECT_RECLAIM);
	if (gfpflags_allow_blocking(gfp))
		gfp |= __GFP_RETRY_MAYFAIL;
	return gfp;
}
