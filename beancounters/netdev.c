// SPDX-License-Identifier: GPL-2.0-only
/*
 * numnetif, numneigh: network devices and neighbour entries of the net
 * namespaces of a VE; entries of the host that the VE's packets made, too.
 *
 * A device is charged with its index: that is reserved exactly as long as the
 * device is in the namespace, or about to be. So the loopback of a new
 * namespace counts, and a device that is moved counts in both for a moment.
 *
 * A neighbour is charged while it is linked into its table, under the table's
 * lock, often in softirq. The table is one for the whole node, and so are its
 * thresholds: those are the host's. What a VE has does not count there, or one
 * VE, or a few, could keep the host from talking to anybody new. It is not on
 * the garbage list either; the table's periodic work drops it when it is old, and
 * works also in a table of few entries when a VE was refused one.
 */
#include <linux/errno.h>
#include <linux/netdevice.h>
#include <net/arp.h>
#include <net/neighbour.h>
#include "forward.h"
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

/* Of two: ARP's table, or another one. */
static int ub_tbl_index(const struct neigh_table *tbl)
{
	return tbl != &arp_tbl;
}

/* A VE was refused an entry since the last round of the table's periodic work. */
static bool ub_neigh_refused[2];

static int ub_refuse_neigh(const struct neigh_table *tbl)
{
	WRITE_ONCE(ub_neigh_refused[ub_tbl_index(tbl)], true);
	return -ENOBUFS;
}

bool __ub_presses_neighs(const struct neigh_table *tbl)
{
	bool *refused = &ub_neigh_refused[ub_tbl_index(tbl)];

	return READ_ONCE(*refused) && xchg(refused, false);
}

/* An entry of the host, made for a VE's packet. The table's bound holds for each VE alone. */
static int ub_charge_forwarded(struct neighbour *n)
{
	struct ve *ve = ub_get_served();
	atomic_t *neighs;

	if (!ve)
		return -ENOBUFS;
	neighs = &ve->ub.neighs[ub_tbl_index(n->tbl)];
	if (atomic_read(neighs) >= READ_ONCE(n->tbl->gc_thresh3) ||
	    ub_try_charge(ve, UB_NUMNEIGH, 1, UB_HARD)) {
		ve_put(ve);
		return ub_refuse_neigh(n->tbl);
	}
	atomic_inc(neighs);
	n->ub_payer = ve;
	return 0;
}

int __ub_charge_neigh(struct neighbour *n)
{
	struct ve *ve = net_ve(dev_net(n->dev));

	if (ve)
		return ub_try_charge(ve, UB_NUMNEIGH, 1, UB_HARD) ? ub_refuse_neigh(n->tbl) : 0;
	return ub_serving() ? ub_charge_forwarded(n) : 0;
}

void __ub_uncharge_neigh(struct neighbour *n)
{
	struct ve *ve = net_ve(dev_net(n->dev)), *payer = n->ub_payer;

	if (payer) {
		n->ub_payer = NULL;
		atomic_dec(&payer->ub.neighs[ub_tbl_index(n->tbl)]);
		ub_uncharge(payer, UB_NUMNEIGH, 1);
		ve_put(payer);
	} else if (ve) {
		ub_uncharge(ve, UB_NUMNEIGH, 1);
	}
}

bool __ub_will_bound_neigh(const struct net_device *dev)
{
	return net_ve(dev_net(dev)) || ub_serving();
}

bool __ub_bounds_neigh(const struct neighbour *n)
{
	return n->ub_payer || net_ve(dev_net(n->dev));
}

UB_ROW(NUMNETIF) = { };
UB_ROW(NUMNEIGH) = { };
