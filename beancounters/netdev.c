// SPDX-License-Identifier: GPL-2.0-only
/*
 * numnetif, numneigh: network devices and neighbour entries of the net
 * namespaces of a VE.
 *
 * A device is charged with its index: that is reserved exactly as long as the
 * device is in the namespace, or about to be. So the loopback of a new
 * namespace counts, and a device that is moved counts in both for a moment.
 *
 * A neighbour is charged while it is linked into its table, under the table's
 * lock, often in softirq. The table is one for the whole node, and so are its
 * thresholds: those are the host's. What a VE has does not count there, or one
 * VE, or a few, could keep the host from talking to anybody new. It is not on
 * the garbage list either; the table's periodic work drops it when it is old.
 */
#include <linux/errno.h>
#include <linux/netdevice.h>
#include "net.h"
#include "row.h"

int __ub_charge_netdev(struct net *net, int ifindex)
{
	struct ve *ve = net_ve(net);

	if (ve && ub_try_charge(ve, UB_NUMNETIF, 1, UB_HARD)) {
		xa_erase(&net->dev_by_index, ifindex);
		return -ENOSPC;
	}
	return ifindex;
}

void __ub_uncharge_netdev(const struct net *net)
{
	struct ve *ve = net_ve(net);

	if (ve)
		ub_uncharge(ve, UB_NUMNETIF, 1);
}

int __ub_charge_neigh(const struct net_device *dev)
{
	struct ve *ve = net_ve(dev_net(dev));

	if (!ve)
		return 0;
	return ub_try_charge(ve, UB_NUMNEIGH, 1, UB_HARD) ? -ENOBUFS : 0;
}

void __ub_uncharge_neigh(const struct net_device *dev)
{
	struct ve *ve = net_ve(dev_net(dev));

	if (ve)
		ub_uncharge(ve, UB_NUMNEIGH, 1);
}

bool __ub_bounds_neigh(const struct net_device *dev)
{
	return net_ve(dev_net(dev));
}

UB_ROW(NUMNETIF) = { };
UB_ROW(NUMNEIGH) = { };
