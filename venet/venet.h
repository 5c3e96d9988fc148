/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * venet: one routed point-to-point device in each VE and one on the host.
 * A global table says which VE owns which addresses; the devices carry no
 * addresses of their own as far as we are concerned.
 *
 * Locks, outermost first: RTNL > venet_mutex > hold->writer > hold->lock;
 * venet_mutex > traffic->lock. venet_class_mutex is taken alone. The packet
 * path takes RCU and, only for a VE that is held, hold->lock, only for one with
 * a rate shaper->lock > pool->lock; shaper->lock > hold->lock.
 */
#ifndef _VENET_H
#define _VENET_H

#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <vz/object.h>
#include "hold.h"
#include "shape.h"
#include "traffic.h"

/**
 * struct venet_ve - what venet knows of a VE
 * @ve: the VE; this structure lives as long as its css
 * @link: link in venet_ves, under venet_mutex
 * @addrs: struct venet_addr, under venet_mutex
 * @dead: the css went offline, no address may be added; under venet_mutex
 * @dev: the VE's device, NULL when there is none; written under RTNL
 * @hold: the packets that wait. It belongs to the VE, not to the device:
 *        a VE that is being restored has no device yet
 * @traffic: counters, they survive the device
 * @shaper: one for each class; NULL until the VE gets its first rate
 * @spoof_log: limits the log lines about foreign source addresses
 */
struct venet_ve {
	struct ve			*ve;
	struct list_head		link;
	struct list_head		addrs;
	bool				dead;
	struct net_device __rcu		*dev;
	struct venet_hold		hold;
	struct venet_traffic		traffic;
	struct venet_shaper		*shaper;
	struct ratelimit_state		spoof_log;
};

/* NULL while the VE is not bound: a binding that fails in the end frees it. */
static inline struct venet_ve *ve_venet(struct ve *ve)
{
	/* pairs with ve_bind() */
	return smp_load_acquire(&ve->id) ? ve->venet : NULL;
}

/**
 * struct venet_dev - private part of a venet device
 * @vve: the VE's part, NULL for the host's device; fixed from ndo_init on.
 *       The device holds a reference to the VE until it is freed
 */
struct venet_dev {
	struct venet_ve		*vve;
};

static inline void venet_for_shapers(struct venet_ve *vve, void (*fn)(struct venet_shaper *s))
{
	/* pairs with venet_rates_set() */
	struct venet_shaper *s = smp_load_acquire(&vve->shaper);
	unsigned int i;

	for (i = 0; s && i < VENET_CLASSES; i++)
		fn(&s[i]);
}

#endif /* _VENET_H */
