// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmemsize: kernel memory that a VE makes the kernel use, in bytes, counted in
 * whole pages where the memory controller charges its object cgroups.
 *
 * The owner is obj_cgroup->ve. It is set when the VE is bound (the VE's own
 * memory cgroup, unused until then) and inherited by memory cgroups made below
 * it; the reference is dropped when the obj_cgroup is released, which is after
 * its last object. An obj_cgroup that is reparented to the host's memory
 * cgroup keeps its owner.
 *
 * Allocations that must not fail, or that use the reserves, are forced, as the
 * memory controller forces them. Before others are refused, unused dentries
 * and inodes of the VE are dropped if the caller may wait for that.
 *
 * What was dropped comes back after a grace period of RCU. That is waited for,
 * but not while RTNL, the cgroup mutex or the lock of mounts is held: they are
 * the node's, and a VE at its barrier would stop all who want them. Who holds
 * them is not known here, so nobody waits meanwhile.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/rtnetlink.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/vmstat.h>
#include <vz/ub.h>
#include <vz/ub-fs.h>
#include <internal.h>
#include "charge.h"
#include "kmemsize.h"
#include "memcg.h"
#include "row.h"

/* What a shrinker frees comes back after an RCU grace period. */
#define UB_SHRINK_WAIT	msecs_to_jiffies(20)
#define UB_SHRINK_TRIES	6

/* An interrupt has no part in what the task that it interrupts may do. */
static bool ub_uses_reserves(void)
{
	return in_task() && (current->flags & PF_MEMALLOC);
}

/* Drop unused slab objects of the VE; the more the lower @priority. */
static unsigned long ub_shrink_slab(struct mem_cgroup *root, gfp_t gfp, int priority)
{
	struct mem_cgroup *memcg = NULL;
	unsigned long freed = 0;
	unsigned int noreclaim;
	int nid;

	noreclaim = memalloc_noreclaim_save();
	while ((memcg = mem_cgroup_iter(root, memcg, NULL))) {
		for_each_online_node(nid)
			freed += shrink_slab(gfp, nid, memcg, priority);
	}
	memalloc_noreclaim_restore(noreclaim);
	return freed;
}

static bool ub_node_is_locked(void)
{
	return rtnl_is_locked() || mutex_is_locked(&cgroup_mutex) || ub_mounts_are_locked();
}

/* Who waits here may hold none of them; where lockdep runs, that is checked. */
static void ub_wait_for_rcu(void)
{
#ifdef CONFIG_LOCKDEP
	WARN_ON_ONCE(debug_locks &&
		     (lockdep_is_held(&cgroup_mutex) == LOCK_STATE_HELD ||
		      lockdep_rtnl_is_held() || ub_holds_mounts()));
#endif
	schedule_timeout_killable(UB_SHRINK_WAIT);
}

/* Make room for @bytes. Return: 0 with the bytes charged, or -ENOMEM. */
static int ub_shrink_and_charge(struct ve *ve, enum ub_resource res, gfp_t gfp,
				unsigned long bytes, unsigned int severity)
{
	struct mem_cgroup *root = ub_get_memcg(ve);
	unsigned long freed = 0;
	int try, err = -ENOMEM;

	if (!root)
		return -ENOMEM;
	for (try = 0; try < UB_SHRINK_TRIES && err; try++) {
		freed += ub_shrink_slab(root, gfp, DEF_PRIORITY >> (2 * try));
		if (fatal_signal_pending(current))
			break;
		/* Little was asked for, or all that is unused is gone. */
		if (!freed)
			continue;
		if (!ub_node_is_locked())
			ub_wait_for_rcu();
		err = ub_try_charge(ve, res, bytes, severity | UB_TEST);
	}
	mem_cgroup_put(root);
	return err;
}

/* Drop some of what nobody uses, if @gfp allows to wait for file systems. */
void ub_drop_unused(struct ve *ve, gfp_t gfp)
{
	struct mem_cgroup *root;

	if (!gfpflags_allow_blocking(gfp) || !(gfp & __GFP_FS) ||
	    (gfp & __GFP_NOFAIL) || ub_uses_reserves())
		return;
	root = ub_get_memcg(ve);
	if (root)
		ub_shrink_slab(root, gfp, DEF_PRIORITY / 2);
	mem_cgroup_put(root);
}

/**
 * ub_charge_slab - charge kernel memory, after dropping what nobody uses
 * @ve: an armed VE
 * @res: UB_KMEMSIZE or UB_DCACHESIZE
 * @gfp: what the allocation may do
 * @bytes: how much
 * @severity: UB_HARD or UB_SOFT
 *
 * Context: as @gfp says. Return: 0 or -ENOMEM.
 */
int ub_charge_slab(struct ve *ve, enum ub_resource res, gfp_t gfp,
		   unsigned long bytes, unsigned int severity)
{
	gfp = current_gfp_context(gfp);
	if ((gfp & (__GFP_NOFAIL | __GFP_HIGH)) || ub_uses_reserves()) {
		ub_charge(ve, res, bytes);
		return 0;
	}
	if (!gfpflags_allow_blocking(gfp) || !(gfp & __GFP_FS))
		return ub_try_charge(ve, res, bytes, severity);
	if (!ub_try_charge(ve, res, bytes, severity | UB_TEST) ||
	    !ub_shrink_and_charge(ve, res, gfp, bytes, severity))
		return 0;
	return ub_try_charge(ve, res, bytes, severity);
}

int __ub_charge_kmem(struct obj_cgroup *objcg, gfp_t gfp, unsigned int nr_pages)
{
	unsigned long bytes = (unsigned long)nr_pages << PAGE_SHIFT;
	struct ve *ve = objcg->ve;

	if (!ve || likely(ub_pay(ve, UB_KMEMSIZE, bytes)))
		return 0;
	return ub_charge_slab(ve, UB_KMEMSIZE, gfp, bytes, UB_HARD);
}

void __ub_uncharge_kmem(struct obj_cgroup *objcg, unsigned int nr_pages)
{
	if (objcg->ve)
		ub_quick_uncharge(objcg->ve, UB_KMEMSIZE, (unsigned long)nr_pages << PAGE_SHIFT);
}

/*
 * A page fault of a program of a VE has failed for want of kernel memory. There
 * is no system call that could return an error, and faulting again would go on
 * for ever: end the process, as the OOM killer would.
 */
bool __ub_fault_refused(void)
{
	struct ve *ve = current_ve();

	if (!ve || !ve_enforces(ve))
		return false;
	pr_info_ratelimited("ub: VE %u: %s (%d) is out of kmemsize in a page fault, killed\n",
			    ve->id, current->comm, task_pid_nr(current));
	do_send_sig_info(SIGKILL, SEND_SIG_PRIV, current, PIDTYPE_TGID);
	return true;
}

/* The obj_cgroup is not in use yet, so a plain store will do. */
void __ub_bind_objcg(struct obj_cgroup *objcg, struct mem_cgroup *parent)
{
	struct ve *ve = parent && parent->orig_objcg ? parent->orig_objcg->ve : NULL;

	if (ve)
		ve_get(ve);
	objcg->ve = ve;
}

void __ub_release_objcg(struct obj_cgroup *objcg)
{
	if (objcg->ve)
		ve_put(objcg->ve);
}

/*
 * Let the VE's memory cgroup charge kernel memory to the VE. Return: 0, -ENODEV
 * without a memory cgroup, -EBUSY when it was used before: what is charged there
 * already could not be given back.
 */
static int ub_kmem_arm(struct ub_counters *cs)
{
	struct mem_cgroup *memcg = ub_get_memcg(cs->ve);
	int err = 0;

	if (!memcg)
		return -ENODEV;
	if (page_counter_read(&memcg->memory)) {
		err = -EBUSY;
	} else if (memcg->orig_objcg) {
		ve_get(cs->ve);
		WRITE_ONCE(memcg->orig_objcg->ve, cs->ve);
	}
	mem_cgroup_put(memcg);
	return err;
}

/* The binding has failed, nothing was charged. Later on the cgroup is gone. */
static void ub_kmem_disarm(struct ub_counters *cs)
{
	struct mem_cgroup *memcg = ub_get_memcg(cs->ve);

	if (memcg && memcg->orig_objcg && memcg->orig_objcg->ve == cs->ve) {
		WRITE_ONCE(memcg->orig_objcg->ve, NULL);
		ve_put(cs->ve);
	}
	mem_cgroup_put(memcg);
}

static unsigned long ub_host_slab(void)
{
	return (global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) +
		global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B)) << PAGE_SHIFT;
}

UB_ROW(KMEMSIZE) = {
	.unit	= UB_BYTES,
	.batch	= 32,
	.oom	= true,
	.arm	= ub_kmem_arm,
	.disarm	= ub_kmem_disarm,
	.host	= ub_host_slab,
};
