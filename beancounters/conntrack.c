// SPDX-License-Identifier: GPL-2.0-only
/*
 * numconntrack: tracked connections of the net namespaces of a VE, those that
 * are not confirmed yet included.
 *
 * Softirq allocates most of them, in no memory cgroup, and the kernel's own
 * bound is one per namespace: without this row nothing bounds their memory.
 * Before a packet is dropped for want of an entry, the kernel's early drop
 * gets its chance.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include "net.h"
#include "row.h"

int __ub_try_conntrack(const struct net *net)
{
	struct ve *ve = net_ve(net);

	return ve ? ub_try_charge(ve, UB_NUMCONNTRACK, 1, UB_HARD | UB_TEST) : 0;
}
EXPORT_SYMBOL_GPL(__ub_try_conntrack);

int __ub_charge_conntrack(const struct net *net)
{
	struct ve *ve = net_ve(net);

	return ve ? ub_try_charge(ve, UB_NUMCONNTRACK, 1, UB_HARD) : 0;
}
EXPORT_SYMBOL_GPL(__ub_charge_conntrack);

void __ub_uncharge_conntrack(const struct net *net)
{
	struct ve *ve = net_ve(net);

	if (ve)
		ub_uncharge(ve, UB_NUMCONNTRACK, 1);
}
EXPORT_SYMBOL_GPL(__ub_uncharge_conntrack);

UB_ROW(NUMCONNTRACK) = { .batch = 8 };
