// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packet path. From the host: the destination says which VE. From a VE:
 * the source must be the VE's own, then the packet comes in on the host's
 * device and is routed and filtered like any other; so do packets between VEs,
 * unless the host wants them to go directly.
 *
 * Runs with BH off under RCU; no locks (but for a held VE), nothing sleeps.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dst.h>
#include <net/ipv6.h>
#include "direct.h"
#include "owner.h"
#include "table.h"
#include "venet.h"
#include "xmit.h"

/* The addresses of a packet, as far as we look into it. */
struct venet_flow {
	bool		v6;
	const __be32	*src;
	const __be32	*dst;
};

/*
 * Context: BH off. Return: false for what is neither IPv4 nor IPv6. The
 * pointers are good until the packet's head is changed.
 */
static bool venet_dissect(struct sk_buff *skb, struct venet_flow *f)
{
	skb_reset_network_header(skb);
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		if (!pskb_may_pull(skb, sizeof(struct iphdr)) ||
		    ip_hdr(skb)->version != 4)
			return false;
		f->v6 = false;
		f->src = &ip_hdr(skb)->saddr;
		f->dst = &ip_hdr(skb)->daddr;
		return true;
	case htons(ETH_P_IPV6):
		if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)) ||
		    ipv6_hdr(skb)->version != 6)
			return false;
		f->v6 = true;
		f->src = ipv6_hdr(skb)->saddr.s6_addr32;
		f->dst = ipv6_hdr(skb)->daddr.s6_addr32;
		return true;
	}
	return false;
}

static bool venet_to_many(const struct venet_flow *f)
{
	if (f->v6)
		return ipv6_addr_is_multicast((struct in6_addr *)f->dst);
	return ipv4_is_multicast(*f->dst) || ipv4_is_lbcast(*f->dst);
}

/* What a stack sends on its own before it knows an address. */
static bool venet_from_nobody(const struct venet_flow *f)
{
	const struct in6_addr *src = (struct in6_addr *)f->src;

	if (f->v6)
		return ipv6_addr_any(src) ||
		       ipv6_addr_type(src) & IPV6_ADDR_LINKLOCAL;
	return ipv4_is_zeronet(*f->src);
}

/* By the other side's address: the VE's own says nothing. Context: RCU. */
static u8 venet_class_of_flow(const struct venet_flow *f, enum venet_direction dir)
{
	return venet_class_of(f->v6, dir == VENET_TO_VE ? f->src : f->dst);
}

static void venet_count_spoofed(struct venet_ve *vve, const struct venet_flow *f)
{
	venet_traffic_count_spoofed(&vve->traffic);
	if (!__ratelimit(&vve->spoof_log))
		return;
	if (f->v6)
		pr_notice("venet: VE %u sends from %pI6c to %pI6c: not its address, dropped\n",
			  vve->ve->id, f->src, f->dst);
	else
		pr_notice("venet: VE %u sends from %pI4 to %pI4: not its address, dropped\n",
			  vve->ve->id, f->src, f->dst);
}

/*
 * Make a packet one that has just arrived on @dev. Context: BH off, RCU.
 * Return: false when @dev cannot take it.
 */
static bool venet_arrive(struct sk_buff *skb, struct net_device *dev)
{
	if (!dev || !netif_running(dev))
		return false;
	if (!skb_is_gso(skb) && skb->len > READ_ONCE(dev->mtu)) {
		DEV_STATS_INC(dev, rx_length_errors);
		return false;
	}
	if (skb_orphan_frags(skb, GFP_ATOMIC))
		return false;
	skb_scrub_packet(skb, true);
	skb->priority = 0;
	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	return true;
}

/*
 * Hand a packet to the stack behind @dev and count it for @vve. Context: BH off, RCU. Return: false
 * when the packet was dropped; it is gone either way.
 */
static bool venet_deliver(struct sk_buff *skb, struct net_device *dev, struct venet_ve *vve,
			  bool v6, u8 class, enum venet_direction dir)
{
	unsigned int len = skb->len;

	if (!venet_arrive(skb, dev)) {
		kfree_skb(skb);
		return false;
	}
	if (__netif_rx(skb) != NET_RX_SUCCESS)
		return false;
	dev_sw_netstats_rx_add(dev, len);
	venet_traffic_count(&vve->traffic, v6, class, dir, len);
	return true;
}

/*
 * Hand a packet to the VE that has its destination. Context: BH off, RCU. Return: false when that
 * one has no device that is up; else the packet is gone, and @sent says whether it arrived.
 */
static bool venet_to_ve(struct sk_buff *skb, struct venet_ve *vve, const struct venet_flow *f,
			bool *sent)
{
	struct net_device *dev;

	*sent = true;
	if (venet_held(&vve->hold) && venet_hold_take(&vve->hold, skb, VENET_TO_VE))
		return true;
	dev = rcu_dereference(vve->dev);
	if (!dev || !netif_running(dev))
		return false;
	*sent = venet_deliver(skb, dev, vve, f->v6, venet_class_of_flow(f, VENET_TO_VE),
			      VENET_TO_VE);
	return true;
}

/*
 * To another VE past the host, if that is how the host wants it. What a VE sends to itself the
 * host sees, whose routing ends a loop. Context, return and @sent as of venet_to_ve().
 */
static bool venet_pass_host(struct sk_buff *skb, struct venet_ve *vve,
			    const struct venet_flow *f, u8 class, bool *sent)
{
	struct venet_ve *to = venet_table_find(&venet_owners, f->v6, f->dst);
	unsigned int len = skb->len;

	if (!to || to == vve || !venet_to_ve(skb, to, f, sent))
		return false;
	if (*sent)
		venet_traffic_count(&vve->traffic, f->v6, class, VENET_FROM_VE, len);
	return true;
}

/* A packet of a VE that may leave it. Context: BH off, RCU. Return: as of venet_deliver(). */
static bool venet_leave(struct sk_buff *skb, struct venet_ve *vve, const struct venet_flow *f,
			u8 class)
{
	bool sent;

	if (READ_ONCE(venet_direct) && venet_pass_host(skb, vve, f, class, &sent))
		return sent;
	return venet_deliver(skb, rcu_dereference(venet_host), vve, f->v6, class, VENET_FROM_VE);
}

/* Context: BH off, RCU. Return: false when the packet was dropped; it is gone either way. */
static bool venet_from_ve(struct sk_buff *skb, struct venet_ve *vve)
{
	struct venet_shaper *s;
	struct venet_flow f;
	bool sent;
	u8 class;

	if (!venet_dissect(skb, &f) || venet_to_many(&f) || venet_from_nobody(&f))
		goto drop;
	if (venet_table_find(&venet_owners, f.v6, f.src) != vve) {
		venet_count_spoofed(vve, &f);
		goto drop;
	}
	if (venet_held(&vve->hold) &&
	    venet_hold_take(&vve->hold, skb, VENET_FROM_VE))
		return true;
	class = venet_class_of_flow(&f, VENET_FROM_VE);
	/* pairs with venet_rates_set() */
	s = smp_load_acquire(&vve->shaper);
	if (s && READ_ONCE(s[class].own.rate) && venet_shaper_take(&s[class], skb, &sent))
		return sent;
	return venet_leave(skb, vve, &f, class);
drop:
	kfree_skb(skb);
	return false;
}

/* One packet whose time has come. Context: BH off. */
void venet_pass_shaped(struct sk_buff *skb, u8 class, void *arg)
{
	struct venet_ve *vve = arg;
	struct venet_flow f;

	rcu_read_lock();
	if (!venet_held(&vve->hold) || !venet_hold_take(&vve->hold, skb, VENET_FROM_VE)) {
		if (venet_dissect(skb, &f))
			venet_leave(skb, vve, &f, class);
		else
			kfree_skb(skb);
	}
	rcu_read_unlock();
}

/* Context and return as of venet_from_ve(). */
static bool venet_from_host(struct sk_buff *skb)
{
	struct venet_ve *vve;
	struct venet_flow f;
	bool sent;

	if (!venet_dissect(skb, &f) || venet_to_many(&f))
		goto drop;
	vve = venet_table_find(&venet_owners, f.v6, f.dst);
	if (vve && venet_to_ve(skb, vve, &f, &sent))
		return sent;
	dst_link_failure(skb);
drop:
	kfree_skb(skb);
	return false;
}

netdev_tx_t venet_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct venet_dev *vd = netdev_priv(dev);
	unsigned int len = skb->len;
	bool sent;

	rcu_read_lock();
	sent = vd->vve ? venet_from_ve(skb, vd->vve) : venet_from_host(skb);
	rcu_read_unlock();
	if (sent)
		dev_sw_netstats_tx_add(dev, 1, len);
	else
		dev_core_stats_tx_dropped_inc(dev);
	return NETDEV_TX_OK;
}

/*
 * One packet whose wait is over. It goes up the stack right here: the CPU's
 * backlog is shorter than our queue.
 */
static void venet_pass(struct sk_buff *skb, enum venet_direction dir, void *arg)
{
	struct venet_ve *vve = arg;
	unsigned int len = skb->len;
	struct venet_flow f = {};
	struct net_device *dev;
	u8 class = 0;

	local_bh_disable();
	rcu_read_lock();
	if (dir == VENET_TO_VE)
		dev = rcu_dereference(vve->dev);
	else
		dev = rcu_dereference(venet_host);
	/* it was one of the two before it waited */
	if (venet_dissect(skb, &f))
		class = venet_class_of_flow(&f, dir);
	if (venet_arrive(skb, dev)) {
		dev_sw_netstats_rx_add(dev, len);
		venet_traffic_count(&vve->traffic, f.v6, class, dir, len);
		netif_receive_skb(skb);
	} else {
		spin_lock(&vve->hold.lock);
		vve->hold.dropped++;
		spin_unlock(&vve->hold.lock);
		kfree_skb(skb);
	}
	rcu_read_unlock();
	local_bh_enable();
}

/* ve.hold 0. Context: may sleep. */
void venet_release(struct venet_ve *vve)
{
	venet_hold_release(&vve->hold, venet_pass, vve);
}
