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
 * before its net namespace is.
 */
#ifndef _VZ_UB_NET_H
#define _VZ_UB_NET_H

#include <linux/types.h>
#include <vz/hook.h>

struct net;
struct net_device;
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
int __ub_charge_neigh(const struct net_device *dev);
void __ub_uncharge_neigh(const struct net_device *dev);
bool __ub_bounds_neigh(const struct net_device *dev);
int __ub_try_conntrack(const struct net *net);
int __ub_charge_conntrack(const struct net *net);
void __ub_uncharge_conntrack(const struct net *net);
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
static inline int ub_charge_neigh(const struct net_device *dev)
{
	return VE_HOOK(__ub_charge_neigh(dev), 0);
}

static inline void ub_uncharge_neigh(const struct net_device *dev)
{
	VE_HOOK(__ub_uncharge_neigh(dev));
}

/*
 * Are the entries of @dev bounded by numneigh alone? Then they take no part in
 * the thresholds and the garbage list of their table. The same for all of an
 * entry's life.
 */
static inline bool ub_bounds_neigh(const struct net_device *dev)
{
	return VE_HOOK(__ub_bounds_neigh(dev), 0);
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

static inline void ub_uncharge_conntrack(const struct net *net)
{
	VE_HOOK(__ub_uncharge_conntrack(net));
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
