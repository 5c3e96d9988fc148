// SPDX-License-Identifier: GPL-2.0-only
/*
 * numconntrack: tracked connections of the net namespaces of a VE, and those of
 * the host that the VE's packets began; those that are not confirmed yet included.
 *
 * Softirq allocates most of them, in no memory cgroup, and the kernel's own
 * bound is one per namespace: without this row nothing bounds their memory.
 * Before a packet is dropped for want of an entry, the kernel's early drop
 * gets its chance.
 *
 * In a namespace of the host, what a VE pays for does not count in the kernel's
 * bound, which holds for each VE alone as it does for the host; and early drop takes
 * from nobody else. Such an entry holds the VE (ub_payer, as long as the entry
 * lives); when the VE is gone, the kernel's periodic work ends it.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <net/netfilter/nf_conntrack.h>
#include "forward.h"
#include "net.h"
#include "row.h"

static int ub_charge_forwarded(unsigned int severity)
{
	struct ve *ve = ub_get_served();
	int err;

	if (!ve)
		return -ENOMEM;
	err = ub_try_charge(ve, UB_NUMCONNTRACK, 1, severity);
	if (err)
		ve_put(ve);
	return err;
}

static void ub_uncharge_forwarded(struct ve *ve)
{
	ub_uncharge(ve, UB_NUMCONNTRACK, 1);
	ve_put(ve);
}

static int ub_charge_tracked(const struct net *net, unsigned int severity)
{
	struct ve *ve = net_ve(net);

	if (ve)
		return ub_try_charge(ve, UB_NUMCONNTRACK, 1, severity);
	return ub_serving() ? ub_charge_forwarded(severity) : 0;
}

int __ub_try_conntrack(const struct net *net)
{
	return ub_charge_tracked(net, UB_HARD | UB_TEST);
}
EXPORT_SYMBOL_GPL(__ub_try_conntrack);

int __ub_charge_conntrack(const struct net *net)
{
	return ub_charge_tracked(net, UB_HARD);
}
EXPORT_SYMBOL_GPL(__ub_charge_conntrack);

void __ub_cancel_conntrack(const struct net *net)
{
	struct ve *ve = net_ve(net);

	if (ve)
		ub_uncharge(ve, UB_NUMCONNTRACK, 1);
	else if (ub_serving())
		ub_uncharge_forwarded(ub_served());
}
EXPORT_SYMBOL_GPL(__ub_cancel_conntrack);

/* @count connections are in the namespace. Return: how many of them are the payer's. */
unsigned int __ub_count_conntrack(const struct nf_conntrack_net *cnet, unsigned int count)
{
	struct ve *ve;
	int forwarded;

	if (ub_serving()) {
		ve = ub_served();
		return ve ? atomic_read(&ve->ub.conntracks) + 1 : 0;
	}
	forwarded = atomic_read(&cnet->ub_forwarded);
	return count > forwarded ? count - forwarded : 0;
}
EXPORT_SYMBOL_GPL(__ub_count_conntrack);

void __ub_bind_conntrack(struct nf_conn *ct, struct nf_conntrack_net *cnet)
{
	if (net_ve(nf_ct_net(ct)) || !ub_serving())
		return;
	ct->ub_payer = ub_served();
	atomic_inc(&ct->ub_payer->ub.conntracks);
	atomic_inc(&cnet->ub_forwarded);
}
EXPORT_SYMBOL_GPL(__ub_bind_conntrack);

void __ub_release_conntrack(struct nf_conn *ct, struct nf_conntrack_net *cnet)
{
	struct ve *ve = net_ve(nf_ct_net(ct)), *payer = ct->ub_payer;

	if (payer) {
		atomic_dec(&cnet->ub_forwarded);
		atomic_dec(&payer->ub.conntracks);
		ub_uncharge_forwarded(payer);
	} else if (ve) {
		ub_uncharge(ve, UB_NUMCONNTRACK, 1);
	}
}
EXPORT_SYMBOL_GPL(__ub_release_conntrack);

bool __ub_spares_conntrack(const struct nf_conn *ct)
{
	if (ub_serving())
		return !ct->ub_payer || ct->ub_payer != ub_served();
	return ct->ub_payer;
}
EXPORT_SYMBOL_GPL(__ub_spares_conntrack);

/* Context: RCU; the entry may be another one by now. */
bool __ub_ends_conntrack(const struct nf_conn *ct)
{
	const struct ve *payer = READ_ONCE(ct->ub_payer);

	return payer && ub_is_gone(payer);
}
EXPORT_SYMBOL_GPL(__ub_ends_conntrack);

UB_ROW(NUMCONNTRACK) = { .batch = 8 };
