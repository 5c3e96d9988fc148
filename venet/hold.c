// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hold: while a VE is moved its packets wait in one bounded queue, those
 * to it and those from it, in the order in which they came. The queue belongs
 * to the VE, so it works while there is no device and no net namespace.
 * Waiting packets pin nothing of where they came from: no socket, route,
 * conntrack entry, device or user page.
 *
 * hold->lock protects mode and queue; hold->writer lets one change at a time.
 */
#include <linux/sched.h>
#include "hold.h"

struct venet_cb {
	enum venet_direction	dir;
};

static struct venet_cb *venet_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct venet_cb) > sizeof(skb->cb));
	return (struct venet_cb *)skb->cb;
}

void venet_hold_init(struct venet_hold *h)
{
	spin_lock_init(&h->lock);
	mutex_init(&h->writer);
	__skb_queue_head_init(&h->queue);
}

/* Context: h->lock. Return: false when the packet was not queued. */
static bool venet_hold_enqueue(struct venet_hold *h, struct sk_buff *skb)
{
	if (h->mode != VENET_HOLD ||
	    skb_queue_len(&h->queue) >= VENET_HOLD_PACKETS ||
	    h->bytes + skb->truesize > VENET_HOLD_BYTES)
		return false;
	h->bytes += skb->truesize;
	__skb_queue_tail(&h->queue, skb);
	return true;
}

/**
 * venet_hold_take - let a packet wait, or discard it
 * @h: the hold of the VE
 * @skb: the packet
 * @dir: which way it goes
 *
 * When the queue is full the oldest packets stay and this one is discarded.
 *
 * Context: BH off. Return: false when nothing is held (any more) and the
 * caller must send the packet on; else it was taken over.
 */
bool venet_hold_take(struct venet_hold *h, struct sk_buff *skb,
		     enum venet_direction dir)
{
	bool lost;

	spin_lock(&h->lock);
	if (h->mode == VENET_FLOW) {
		spin_unlock(&h->lock);
		return false;
	}
	lost = skb_orphan_frags_rx(skb, GFP_ATOMIC);
	if (!lost) {
		skb_orphan(skb);
		skb_scrub_packet(skb, true);
		skb->dev = NULL;
		venet_cb(skb)->dir = dir;
		lost = !venet_hold_enqueue(h, skb);
	}
	if (lost)
		h->dropped++;
	spin_unlock(&h->lock);
	if (lost)
		kfree_skb(skb);
	return true;
}

static void venet_hold_empty(struct venet_hold *h, struct sk_buff_head *to)
{
	skb_queue_splice_tail_init(&h->queue, to);
	h->bytes = 0;
}

/* From now on packets wait. What waits already goes on waiting. */
void venet_hold_start(struct venet_hold *h)
{
	mutex_lock(&h->writer);
	spin_lock_bh(&h->lock);
	if (h->mode == VENET_FLOW)
		h->dropped = 0;
	WRITE_ONCE(h->mode, VENET_HOLD);
	spin_unlock_bh(&h->lock);
	mutex_unlock(&h->writer);
}

/* Discard what waits and what comes. */
void venet_hold_drop(struct venet_hold *h)
{
	struct sk_buff_head old;

	__skb_queue_head_init(&old);
	mutex_lock(&h->writer);
	spin_lock_bh(&h->lock);
	if (h->mode == VENET_FLOW)
		h->dropped = 0;
	WRITE_ONCE(h->mode, VENET_DROP);
	h->dropped += skb_queue_len(&h->queue);
	venet_hold_empty(h, &old);
	spin_unlock_bh(&h->lock);
	mutex_unlock(&h->writer);
	__skb_queue_purge(&old);
}

/**
 * venet_hold_release - let everything go, oldest first
 * @h: the hold of the VE
 * @pass: takes over one packet; called in process context, BH on
 * @arg: for @pass
 *
 * What comes in the meantime queues up behind and goes too, so nothing that
 * waited is overtaken. A packet that was in a CPU's backlog when the hold began
 * is not in this queue: a hold that ends before it arrived overtakes it. Only
 * when packets come as fast as they go, and that for four times the bound, the
 * rest may be overtaken: this must end.
 *
 * Context: may sleep.
 */
void venet_hold_release(struct venet_hold *h,
			void (*pass)(struct sk_buff *skb,
				     enum venet_direction dir, void *arg),
			void *arg)
{
	struct sk_buff_head rest;
	struct sk_buff *skb;
	unsigned int n;

	__skb_queue_head_init(&rest);
	mutex_lock(&h->writer);
	for (n = 0; ; n++) {
		spin_lock_bh(&h->lock);
		skb = n < 4 * VENET_HOLD_PACKETS ? __skb_dequeue(&h->queue) : NULL;
		if (skb) {
			h->bytes -= skb->truesize;
		} else {
			venet_hold_empty(h, &rest);
			WRITE_ONCE(h->mode, VENET_FLOW);
		}
		spin_unlock_bh(&h->lock);
		if (!skb)
			break;
		pass(skb, venet_cb(skb)->dir, arg);
		cond_resched();
	}
	while ((skb = __skb_dequeue(&rest)))
		pass(skb, venet_cb(skb)->dir, arg);
	mutex_unlock(&h->writer);
}

/*
 * The VE's device goes: what its sockets said while they were killed (an RST
 * that contradicts the dumped connection) must not get out later. What was
 * worth sending is sent again by the restored VE.
 */
void venet_hold_forget_sent(struct venet_hold *h)
{
	struct sk_buff *skb, *next;
	struct sk_buff_head old;

	__skb_queue_head_init(&old);
	spin_lock_bh(&h->lock);
	skb_queue_walk_safe(&h->queue, skb, next) {
		if (venet_cb(skb)->dir != VENET_FROM_VE)
			continue;
		h->bytes -= skb->truesize;
		__skb_unlink(skb, &h->queue);
		__skb_queue_tail(&old, skb);
	}
	spin_unlock_bh(&h->lock);
	__skb_queue_purge(&old);
}
