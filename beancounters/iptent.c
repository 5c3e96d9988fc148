// SPDX-License-Identifier: GPL-2.0-only
/*
 * numiptent: entries of the xtables tables, rules and set elements of nftables
 * in the net namespaces of a VE.
 *
 * xtables replaces a table as a whole. The new one is charged for what it has
 * in excess of the old one and takes over the rest of that one's charge; the
 * old one gives back what is left when it is freed. So a replacement of equal
 * size fits at the limit. The table that came first belongs to the VE of its
 * net namespace, every later one to whom the table before it belonged to; each
 * holds a reference. Under the table's mutex, bottom halves off.
 *
 * Elements that packets add to a set are in no memory cgroup and bounded only
 * by a size that root of the VE chooses, so they count as well.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/netfilter/x_tables.h>
#include "net.h"
#include "row.h"

void __ub_bind_xt(struct xt_table_info *info, const struct net *net)
{
	struct ve *ve = net_ve(net);

	if (ve)
		ve_get(ve);
	info->ub.ve = ve;
}
EXPORT_SYMBOL_GPL(__ub_bind_xt);

int __ub_charge_xt(struct xt_table_info *old, struct xt_table_info *new)
{
	struct ve *ve = new->ub.ve ?: old->ub.ve;
	unsigned int want = new->number, have = old->ub.charged;

	if (!ve)
		return 0;
	if (want > have && ub_try_charge(ve, UB_NUMIPTENT, want - have, UB_SOFT))
		return -ENOMEM;
	if (!new->ub.ve) {
		ve_get(ve);
		new->ub.ve = ve;
	}
	new->ub.charged = want;
	old->ub.charged = have > want ? have - want : 0;
	return 0;
}
EXPORT_SYMBOL_GPL(__ub_charge_xt);

void __ub_release_xt(struct xt_table_info *info)
{
	if (!info->ub.ve)
		return;
	if (info->ub.charged)
		ub_uncharge(info->ub.ve, UB_NUMIPTENT, info->ub.charged);
	ve_put(info->ub.ve);
}
EXPORT_SYMBOL_GPL(__ub_release_xt);

int __ub_charge_nft(const struct net *net)
{
	struct ve *ve = net_ve(net);

	return ve ? ub_try_charge(ve, UB_NUMIPTENT, 1, UB_SOFT) : 0;
}
EXPORT_SYMBOL_GPL(__ub_charge_nft);

void __ub_uncharge_nft(const struct net *net)
{
	struct ve *ve = net_ve(net);

	if (ve)
		ub_uncharge(ve, UB_NUMIPTENT, 1);
}
EXPORT_SYMBOL_GPL(__ub_uncharge_nft);

UB_ROW(NUMIPTENT) = { };
