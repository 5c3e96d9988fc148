// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments that wait for the rest of their packet: kernel memory of the VE in
 * whose net namespace they wait. The kernel takes them from the socket that sent
 * them, and the bound and the time to wait are the VE's to write.
 *
 * Owner: fqdir->ub_payer, the VE's object cgroup, held from the begin to the end
 * of the table of queues, which outlives its net namespace. NULL for the host.
 *
 * Charged beside the kernel's own count of the table, by the same amounts; the
 * charges are forced, a VE that is beyond its limits begins no new queue.
 */
#include <linux/export.h>
#include <linux/memcontrol.h>
#include <net/inet_frag.h>
#include <net/net_namespace.h>
#include "memcg.h"
#include "scope.h"

void __ub_bind_frags(struct fqdir *fqdir)
{
	struct ve *ve = user_ns_ve(fqdir->net->user_ns);
	struct mem_cgroup *memcg = ve ? ub_get_memcg(ve) : NULL;
	struct obj_cgroup *objcg;

	if (!memcg)
		return;
	rcu_read_lock();
	objcg = rcu_dereference(memcg->objcg);
	if (objcg && obj_cgroup_tryget(objcg))
		fqdir->ub_payer = objcg;
	rcu_read_unlock();
	mem_cgroup_put(memcg);
}

void __ub_release_frags(struct fqdir *fqdir)
{
	if (fqdir->ub_payer)
		obj_cgroup_put(fqdir->ub_payer);
}

void __ub_charge_frags(struct fqdir *fqdir, long bytes)
{
	if (!fqdir->ub_payer)
		return;
	if (bytes > 0)
		obj_cgroup_charge(fqdir->ub_payer, GFP_ATOMIC, bytes);
	else
		obj_cgroup_uncharge(fqdir->ub_payer, -bytes);
}
EXPORT_SYMBOL_GPL(__ub_charge_frags);

bool __ub_refuses_frags(const struct fqdir *fqdir)
{
	struct obj_cgroup *objcg = fqdir->ub_payer;
	bool refuses;

	if (!objcg || !objcg->ve)
		return false;
	rcu_read_lock();
	refuses = ub_is_overdrawn(objcg->ve, obj_cgroup_memcg(objcg));
	rcu_read_unlock();
	return refuses;
}
