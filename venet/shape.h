/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast a VE may send, by traffic class: see shape.c. */
#ifndef _VENET_SHAPE_H
#define _VENET_SHAPE_H

#include <linux/hrtimer.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include "class.h"

/* Rates are in kbit/s, 1000 bits, up to 100 Gbit/s. */
#define VENET_RATE_MAX		100000000U
/* Packets may be counted as if they had up to so many bytes. */
#define VENET_MPU_MAX		65535U

/**
 * struct venet_bucket - a rate, and how far it is used
 * @rate: bytes a second, 0: none
 * @until: boot time in ns up to which it is used up
 */
struct venet_bucket {
	u64	rate;
	u64	until;
};

/**
 * struct venet_pool - what all VEs together may send in a class
 * @lock: protects @bucket
 * @bucket: its rate
 */
struct venet_pool {
	spinlock_t		lock;
	struct venet_bucket	bucket;
};

/**
 * struct venet_shaper - one class of one VE
 * @lock: protects the rest; taken with BH off, before the pool's
 * @own: what it gets in any case; the packet path peeks at the rate
 * @bound: it gets no more than that, else what is left of the pool as well
 * @mpu: a packet counts as so many bytes at least
 * @pool: the pool of the class
 * @queue: packets that wait for their time, oldest first
 * @bytes: sum of their length
 * @timer: when the first of them may go
 * @pass: takes over a packet; BH off, under @lock
 * @arg: for @pass
 */
struct venet_shaper {
	spinlock_t		lock;
	struct venet_bucket	own;
	bool			bound;
	u32			mpu;
	struct venet_pool	*pool;
	struct sk_buff_head	queue;
	u64			bytes;
	struct hrtimer		timer;
	void			(*pass)(struct sk_buff *skb, u8 class, void *arg);
	void			*arg;
	u8			class;
};

/**
 * struct venet_rate - what is set for a class of a VE
 * @kbit: kbit/s, 0: it may send as fast as it can
 * @mpu: bytes that a packet counts at least
 * @bound: no more than @kbit, whatever is left of the pool
 */
struct venet_rate {
	u32	kbit;
	u32	mpu;
	bool	bound;
};

extern struct venet_pool venet_pools[VENET_CLASSES];

void venet_shaper_init(struct venet_shaper *s, u8 class, struct venet_pool *pool,
		       void (*pass)(struct sk_buff *skb, u8 class, void *arg), void *arg);
void venet_shaper_set(struct venet_shaper *s, const struct venet_rate *r);
void venet_shaper_flush(struct venet_shaper *s);
void venet_shaper_purge(struct venet_shaper *s);
void venet_shaper_stop(struct venet_shaper *s);
bool venet_shaper_take(struct venet_shaper *s, struct sk_buff *skb, bool *sent);
bool venet_shaper_may(struct venet_shaper *s, unsigned int len, u64 now, u64 *when);
void venet_pools_set(const u32 kbit[VENET_CLASSES]);

#endif /* _VENET_SHAPE_H */
