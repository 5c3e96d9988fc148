/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that wait while a VE is moved: see hold.c. */
#ifndef _VENET_HOLD_H
#define _VENET_HOLD_H

#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>

#define VENET_HOLD_PACKETS	1024
#define VENET_HOLD_BYTES	(4UL << 20)

enum venet_hold_mode {
	VENET_FLOW,	/* nothing waits */
	VENET_HOLD,	/* packets are queued */
	VENET_DROP,	/* packets are discarded */
};

/**
 * struct venet_hold - the packets of one VE that wait
 * @lock: protects the rest; taken with BH off
 * @writer: one who changes the mode or lets packets go at a time
 * @mode: enum venet_hold_mode; the packet path peeks with READ_ONCE()
 * @queue: scrubbed packets, oldest first; its own lock is not used
 * @bytes: sum of their truesize
 * @dropped: packets discarded since the hold began
 */
struct venet_hold {
	spinlock_t		lock;
	struct mutex		writer;
	int			mode;
	struct sk_buff_head	queue;
	unsigned long		bytes;
	u64			dropped;
};

enum venet_direction {
	VENET_TO_VE,
	VENET_FROM_VE,
};

void venet_hold_init(struct venet_hold *h);
bool venet_hold_take(struct venet_hold *h, struct sk_buff *skb,
		     enum venet_direction dir);
void venet_hold_start(struct venet_hold *h);
void venet_hold_drop(struct venet_hold *h);
void venet_hold_release(struct venet_hold *h,
			void (*pass)(struct sk_buff *skb,
				     enum venet_direction dir, void *arg),
			void *arg);
void venet_hold_forget_sent(struct venet_hold *h);

static inline bool venet_held(const struct venet_hold *h)
{
	return unlikely(READ_ONCE(h->mode) != VENET_FLOW);
}

#endif /* _VENET_HOLD_H */
