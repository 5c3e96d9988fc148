// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments that wait for the rest of their packet: kernel memory of the VE in
 * whose net namespace they wait. The kernel takes them from the socket that sent
 * them, and the bound and the time to wait are the VE's to write. Where the host
 * puts packets together that it forwards, the VE that sent the first fragment of a
 * queue pays for that queue, the table's bound holds for each VE alone, and what it
 * pays for does not count in the host's.
 *
 * Owner: fqdir->ub_payer, the VE's object cgroup, held from the begin to the end
 * of the table of queues, which outlives its net namespace. NULL for the host, whose
 * queues have a ub_payer each, held until the queue is destroyed.
 *
 * Charged beside the kernel's own count of the table, by the same amounts; the
 * charges are forced, a VE that is beyond its limits begins no new queue.
 */
#include <linux/export.h>
#include <linux/memcontrol.h>
#include <net/inet_frag.h>
#include <net/net_namespace.h>
#include "forward.h"
#include "memcg.h"
#include "scope.h"

static struct obj_cgroup *ub_get_objcg(struct ve *ve)
{
	struct mem_cgroup *memcg = ve ? ub_get_memcg(ve) : NULL;
	struct obj_cgroup *objcg;

	if (!memcg)
		return NULL;
	rcu_read_lock();
	objcg = rcu_dereference(memcg->objcg);
	if (objcg && !obj_cgroup_tryget(objcg))
		objcg = NULL;
	rcu_read_unlock();
	mem_cgroup_put(memcg);
	return objcg;
}

void __ub_bind_frags(struct fqdir *fqdir)
{
	fqdir->ub_payer = ub_get_objcg(user_ns_ve(fqdir->net->user_ns));
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

static bool ub_objcg_is_overdrawn(struct obj_cgroup *objcg)
{
	bool overdrawn;

	if (!objcg->ve)
		return false;
	rcu_read_lock();
	overdrawn = ub_is_overdrawn(objcg->ve, obj_cgroup_memcg(objcg));
	rcu_read_unlock();
	return overdrawn;
}

bool __ub_refuses_frags(const struct fqdir *fqdir)
{
	bool refuses;
	struct obj_cgroup *objcg = fqdir->ub_payer;

	if (objcg)
		return ub_objcg_is_overdrawn(objcg);
	if (!ub_serving())
		return false;
	objcg = ub_get_objcg(ub_served());
	if (!objcg)
		return true;
	refuses = ub_objcg_is_overdrawn(objcg);
	obj_cgroup_put(objcg);
	return refuses;
}

long __ub_count_frags(const struct fqdir *fqdir, long bytes)
{
	struct ve *ve;

	if (fqdir->ub_payer)
		return bytes;
	if (!ub_serving())
		return bytes - atomic_long_read(&fqdir->ub_forwarded);
	ve = ub_served();
	return ve ? atomic_long_read(&ve->ub.frags) : 0;
}

static void ub_add_frag(struct inet_frag_queue *q, long bytes)
{
	atomic_long_add(bytes, &q->fqdir->ub_forwarded);
	atomic_long_add(bytes, &q->ub_payer->ve->ub.frags);
}

void __ub_charge_frag(struct inet_frag_queue *q, unsigned int bytes)
{
	if (!q->ub_payer)
		return;
	q->ub_bytes += bytes;
	ub_add_frag(q, bytes);
	obj_cgroup_charge(q->ub_payer, GFP_ATOMIC, bytes);
}

void __ub_bind_frag(struct inet_frag_queue *q, unsigned int bytes)
{
	struct obj_cgroup *objcg;

	if (q->fqdir->ub_payer || !ub_serving())
		return;
	objcg = ub_get_objcg(ub_served());
	if (objcg && !objcg->ve) {
		obj_cgroup_put(objcg);
		return;
	}
	q->ub_payer = objcg;
	__ub_charge_frag(q, bytes);
}

void __ub_release_frag(struct inet_frag_queue *q)
{
	if (!q->ub_payer)
		return;
	ub_add_frag(q, -(long)q->ub_bytes);
	obj_cgroup_uncharge(q->ub_payer, q->ub_bytes);
	obj_cgroup_put(q->ub_payer);
}
