/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beancounter hooks of the network other than those of sockets.
 *
 * numnetif      a device in a net namespace, from the reservation of its index
 * numneigh      an entry that is linked into a neighbour table
 * numconntrack  a tracked connection, confirmed or not
 * numiptent     entries of xtables; rules and set elements of nftables
 *
 * owner: the VE of the net namespace's user namespace; the object is gone
 * before its net namespace is. In a net namespace of the host: the VE for whose
 * packet an entry or a connection is made, see <vz/ub-packet.h>.
 */
#ifndef _VZ_UB_NET_H
#define _VZ_UB_NET_H

#include <linux/types.h>
#include <vz/hook.h>

struct neigh_table;
struct neighbour;
struct net;
struct net_device;
struct nf_conn;
struct nf_conntrack_net;
struct sk_buff;
struct ve;
struct xt_table_info;

/**
 * struct ub_xt - who pays for a table, part of struct xt_table_info
 * @ve: with a reference, NULL for the host
 * @charged: entries charged and not passed on to the table that replaced it
 */
struct ub_xt {
	struct ve *ve;
	unsigned int charged;
};

#ifdef CONFIG_VE

int __ub_charge_netdev(struct net *net, int ifindex);
void __ub_uncharge_netdev(const struct net *net);
int __ub_charge_neigh(struct neighbour *n);
void __ub_uncharge_neigh(struct neighbour *n);
bool __ub_will_bound_neigh(const struct net_device *dev);
bool __ub_bounds_neigh(const struct neighbour *n);
bool __ub_presses_neighs(const struct neigh_table *tbl);
int __ub_try_conntrack(const struct net *net);
int __ub_charge_conntrack(const struct net *net);
void __ub_cancel_conntrack(const struct net *net);
unsigned int __ub_count_conntrack(const struct nf_conntrack_net *cnet, unsigned int count);
void __ub_bind_conntrack(struct nf_conn *ct, struct nf_conntrack_net *cnet);
void __ub_release_conntrack(struct nf_conn *ct, struct nf_conntrack_net *cnet);
bool __ub_spares_conntrack(const struct nf_conn *ct);
bool __ub_ends_conntrack(const struct nf_conn *ct);
void __ub_bind_xt(struct xt_table_info *info, const struct net *net);
int __ub_charge_xt(struct xt_table_info *old, struct xt_table_info *new);
void __ub_release_xt(struct xt_table_info *info);
int __ub_charge_nft(const struct net *net);
void __ub_uncharge_nft(const struct net *net);
int __ub_charge_queued(const struct net *net, const struct sk_buff *skb);
void __ub_uncharge_queued(const struct net *net, const struct sk_buff *skb);

#endif /* CONFIG_VE */

/* RTNL; @ifindex was just reserved. Return: @ifindex, or -ENOSPC and it is free again. */
static inline int ub_charge_netdev(struct net *net, int ifindex)
{
	return VE_HOOK(__ub_charge_netdev(net, ifindex), ifindex);
}

static inline void ub_uncharge_netdev(const struct net *net)
{
	VE_HOOK(__ub_uncharge_netdev(net));
}

/* Table lock held. A device's entries go before it changes its namespace. Return: 0 or -ENOBUFS. */
static inline int ub_charge_neigh(struct neighbour *n)
{
	return VE_HOOK(__ub_charge_neigh(n), 0);
}

static inline void ub_uncharge_neigh(struct neighbour *n)
{
	VE_HOOK(__ub_uncharge_neigh(n));
}

/*
 * Is an entry that a VE pays for: it takes no part in the thresholds and the
 * garbage list of its table. The same for all of an entry's life.
 */
static inline bool ub_bounds_neigh(const struct neighbour *n)
{
	return VE_HOOK(__ub_bounds_neigh(n), 0);
}

/* The same for an entry of @dev that is about to be made. */
static inline bool ub_will_bound_neigh(const struct net_device *dev)
{
	return VE_HOOK(__ub_will_bound_neigh(dev), 0);
}

/* Periodic work: is it to drop old entries though the table has few? */
static inline bool ub_presses_neighs(const struct neigh_table *tbl)
{
	return VE_HOOK(__ub_presses_neighs(tbl), false);
}

/* Charge, but a refusal is no failure yet: an old entry may be dropped first. */
static inline int ub_try_conntrack(const struct net *net)
{
	return VE_HOOK(__ub_try_conntrack(net), 0);
}

/* Return: 0 or -ENOMEM; the packet is dropped then. */
static inline int ub_charge_conntrack(const struct net *net)
{
	return VE_HOOK(__ub_charge_conntrack(net), 0);
}

/* It was charged and cannot be made. */
static inline void ub_cancel_conntrack(const struct net *net)
{
	VE_HOOK(__ub_cancel_conntrack(net));
}

/* Of @count connections, those that the kernel's own bound is to be compared with. */
static inline unsigned int ub_count_conntrack(const struct nf_conntrack_net *cnet,
					      unsigned int count)
{
	return VE_HOOK(__ub_count_conntrack(cnet, count), count);
}

/* It was charged and is there now, its namespace set and the rest cleared. */
static inline void ub_bind_conntrack(struct nf_conn *ct, struct nf_conntrack_net *cnet)
{
	VE_HOOK(__ub_bind_conntrack(ct, cnet));
}

/* It is about to be freed. */
#define ub_release_conntrack(ct, cnet)	VE_HOOK(__ub_release_conntrack(ct, cnet))

/* Is not to make room for the connection that is made now: somebody else pays for it. */
static inline bool ub_spares_conntrack(const struct nf_conn *ct)
{
	return VE_HOOK(__ub_spares_conntrack(ct), false);
}

/* Its VE is gone. */
static inline bool ub_ends_conntrack(const struct nf_conn *ct)
{
	return VE_HOOK(__ub_ends_conntrack(ct), false);
}

/* The first contents of a new table; later ones belong to whom they replace. */
static inline void ub_bind_xt(struct xt_table_info *info, const struct net *net)
{
	VE_HOOK(__ub_bind_xt(info, net));
}

/* @new takes the place of @old, under the table's mutex. Return: 0 or -ENOMEM. */
static inline int ub_charge_xt(struct xt_table_info *old, struct xt_table_info *new)
{
	return VE_HOOK(__ub_charge_xt(old, new), 0);
}

static inline void ub_release_xt(struct xt_table_info *info)
{
	VE_HOOK(__ub_release_xt(info));
}

/* A rule or a set element; the latter also by packets, in softirq. Return: 0 or -ENOMEM. */
static inline int ub_charge_nft(const struct net *net)
{
	return VE_HOOK(__ub_charge_nft(net), 0);
}

static inline void ub_uncharge_nft(const struct net *net)
{
	VE_HOOK(__ub_uncharge_nft(net));
}

/* A packet begins to wait for a program's verdict. Return: 0 or -ENOMEM; it is dropped then. */
static inline int ub_charge_queued(const struct net *net, const struct sk_buff *skb)
{
	return VE_HOOK(__ub_charge_queued(net, skb), 0);
}

static inline void ub_uncharge_queued(const struct net *net, const struct sk_buff *skb)
{
	VE_HOOK(__ub_uncharge_queued(net, skb));
}

#endif /* _VZ_UB_NET_H */
