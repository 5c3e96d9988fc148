// SPDX-License-Identifier: GPL-2.0-only
/*
 * kmemsize: packets that wait for a program of the VE to decide about them. Most
 * belong to no socket any more, and the length of a queue is the VE's to set.
 *
 * Owner: the VE of the packet's net namespace, which outlives the queue. A packet
 * is not changed while it waits.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/skbuff.h>
#include "charge.h"
#include "net.h"

int __ub_charge_queued(const struct net *net, const struct sk_buff *skb)
{
	struct ve *ve = net_ve(net);

	return ve ? ub_try_charge(ve, UB_KMEMSIZE, skb->truesize, UB_HARD) : 0;
}
EXPORT_SYMBOL_GPL(__ub_charge_queued);

void __ub_uncharge_queued(const struct net *net, const struct sk_buff *skb)
{
	struct ve *ve = net_ve(net);

	if (ve)
		ub_uncharge(ve, UB_KMEMSIZE, skb->truesize);
}
EXPORT_SYMBOL_GPL(__ub_uncharge_queued);
