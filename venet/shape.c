// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shaping: what a VE sends in a class of a rate waits in a short queue until it
 * is its time. A packet waits with its socket, so the sender is slowed down and
 * does not lose it, as behind any queue of a device.
 *
 * A rate is kept as the time up to which it is used up: a packet may go when
 * that time has come, and moves it on by what it takes. What was not used is
 * kept for BURST_NS. A VE has its own rate in any case; one that is not bound
 * sends on when the pool of its class has something left. The pool is charged
 * with all, so it is what all together get beyond their own rates.
 *
 * shaper->lock, then pool->lock, with BH off. The timer runs in softirq.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/skbuff.h>
#include <linux/timekeeping.h>
#include "shape.h"

/* What may be saved up, and the debt that a pool takes from rates that are promised above it. */
#define BURST_NS	(50 * NSEC_PER_MSEC)
#define DEBT_NS		(100 * NSEC_PER_MSEC)
/* How long packets wait, as far as that can be kept. */
#define QUEUE_NS	(200 * NSEC_PER_MSEC)
#define QUEUE_LEAST	8000U
#define QUEUE_MOST	(1U << 20)
#define QUEUE_PACKETS	1000
/* Do not ask the clock more often. */
#define SLACK_NS	(100 * NSEC_PER_USEC)

struct venet_pool venet_pools[VENET_CLASSES] = {
	[0 ... VENET_CLASSES - 1] = {
		.lock = __SPIN_LOCK_UNLOCKED(venet_pools.lock),
	},
};

static void venet_bucket_charge(struct venet_bucket *b, unsigned int len, u64 now)
{
	u64 from = now > BURST_NS ? now - BURST_NS : 0;

	b->until = max(b->until, from) + div64_u64((u64)len * NSEC_PER_SEC, b->rate);
}

/**
 * venet_shaper_may - may a packet go, and if so, count it
 * @s: the shaper
 * @len: its bytes
 * @now: boot time, ns
 * @when: when to ask again
 *
 * Context: s->lock, BH off. Return: true when it may go and is counted.
 */
bool venet_shaper_may(struct venet_shaper *s, unsigned int len, u64 now, u64 *when)
{
	struct venet_bucket *pool = &s->pool->bucket;
	bool own = s->own.until <= now, may = own;

	*when = s->own.until;
	spin_lock(&s->pool->lock);
	if (!own && !s->bound && pool->rate) {
		may = pool->until <= now;
		*when = min(*when, pool->until);
	}
	if (may && pool->rate) {
		venet_bucket_charge(pool, len, now);
		pool->until = min(pool->until, now + DEBT_NS);
	}
	spin_unlock(&s->pool->lock);
	if (own)
		venet_bucket_charge(&s->own, len, now);
	return may;
}

/* Bytes on the wire as far as IP has to do with them. */
static unsigned int venet_shaper_len(const struct venet_shaper *s, const struct sk_buff *skb)
{
	unsigned int segs = skb_is_gso(skb) ? max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1) : 1;
	unsigned int head = skb->protocol == htons(ETH_P_IPV6) ? 60 : 40;

	return max(skb->len + (segs - 1) * head, segs * s->mpu);
}

static void venet_shaper_arm(struct venet_shaper *s, u64 when, u64 now)
{
	hrtimer_start(&s->timer, ns_to_ktime(max(when, now + SLACK_NS)), HRTIMER_MODE_ABS_SOFT);
}

/* Context: s->lock. */
static struct sk_buff *venet_shaper_dequeue(struct venet_shaper *s)
{
	struct sk_buff *skb = __skb_dequeue(&s->queue);

	if (skb)
		s->bytes -= skb->len;
	return skb;
}

static enum hrtimer_restart venet_shaper_tick(struct hrtimer *timer)
{
	struct venet_shaper *s = container_of(timer, struct venet_shaper, timer);
	u64 now = ktime_get_boottime_ns(), when;
	struct sk_buff *skb;

	spin_lock(&s->lock);
	while ((skb = skb_peek(&s->queue))) {
		if (s->own.rate && !venet_shaper_may(s, venet_shaper_len(s, skb), now, &when)) {
			venet_shaper_arm(s, when, now);
			break;
		}
		s->pass(venet_shaper_dequeue(s), s->class, s->arg);
	}
	spin_unlock(&s->lock);
	return HRTIMER_NORESTART;
}

void venet_shaper_init(struct venet_shaper *s, u8 class, struct venet_pool *pool,
		       void (*pass)(struct sk_buff *skb, u8 class, void *arg), void *arg)
{
	memset(s, 0, sizeof(*s));
	spin_lock_init(&s->lock);
	__skb_queue_head_init(&s->queue);
	hrtimer_init(&s->timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
	s->timer.function = venet_shaper_tick;
	s->class = class;
	s->pool = pool;
	s->pass = pass;
	s->arg = arg;
}

/* Room for another packet? One is always taken, or the longest never went. Context: s->lock. */
static bool venet_shaper_room(const struct venet_shaper *s, const struct sk_buff *skb)
{
	u64 pool = s->bound ? 0 : READ_ONCE(s->pool->bucket.rate);
	u64 most = div64_u64(max(s->own.rate, pool) * QUEUE_NS, NSEC_PER_SEC);

	most = clamp_t(u64, most, QUEUE_LEAST, QUEUE_MOST);
	return skb_queue_empty(&s->queue) ||
	       (s->bytes + skb->len <= most && skb_queue_len(&s->queue) < QUEUE_PACKETS);
}

/**
 * venet_shaper_take - let a packet wait for its time
 * @s: the shaper of its class
 * @skb: the packet
 * @sent: set when it was taken: false when it was discarded, as the queue is full
 *
 * Context: BH off. Return: false when it may go at once, and the caller sends it.
 */
bool venet_shaper_take(struct venet_shaper *s, struct sk_buff *skb, bool *sent)
{
	u64 now = ktime_get_boottime_ns(), when;

	spin_lock(&s->lock);
	if (!s->own.rate ||
	    (skb_queue_empty(&s->queue) &&
	     venet_shaper_may(s, venet_shaper_len(s, skb), now, &when))) {
		spin_unlock(&s->lock);
		return false;
	}
	*sent = venet_shaper_room(s, skb);
	if (*sent) {
		/* it pins nothing of where it came from but its socket, and that not for long */
		skb_scrub_packet(skb, true);
		skb->dev = NULL;
		if (s->own.until > now + NSEC_PER_SEC)
			skb_orphan(skb);
		if (skb_queue_empty(&s->queue))
			venet_shaper_arm(s, when, now);
		s->bytes += skb->len;
		__skb_queue_tail(&s->queue, skb);
	}
	spin_unlock(&s->lock);
	if (!*sent)
		kfree_skb(skb);
	return true;
}

/* Context: s->lock, BH off. */
static void venet_shaper_pass_all(struct venet_shaper *s)
{
	struct sk_buff *skb;

	while ((skb = venet_shaper_dequeue(s)))
		s->pass(skb, s->class, s->arg);
}

/* What waits goes on at once. Context: may sleep. */
void venet_shaper_flush(struct venet_shaper *s)
{
	spin_lock_bh(&s->lock);
	venet_shaper_pass_all(s);
	spin_unlock_bh(&s->lock);
}

/* What waits is discarded. */
void venet_shaper_purge(struct venet_shaper *s)
{
	struct sk_buff_head old;

	__skb_queue_head_init(&old);
	spin_lock_bh(&s->lock);
	skb_queue_splice_tail_init(&s->queue, &old);
	s->bytes = 0;
	spin_unlock_bh(&s->lock);
	__skb_queue_purge(&old);
}

/* The end of a shaper that nobody finds any more. Context: may sleep. */
void venet_shaper_stop(struct venet_shaper *s)
{
	hrtimer_cancel(&s->timer);
	venet_shaper_purge(s);
}

/*
 * What waits goes by the new rate; without one it has gone when this returns, or the next rate
 * would be for it, too. Context: may sleep.
 */
void venet_shaper_set(struct venet_shaper *s, const struct venet_rate *r)
{
	spin_lock_bh(&s->lock);
	WRITE_ONCE(s->own.rate, r->kbit * 125ULL);
	s->own.until = 0;
	s->bound = r->bound;
	s->mpu = r->mpu;
	if (!r->kbit)
		venet_shaper_pass_all(s);
	else if (!skb_queue_empty(&s->queue))
		venet_shaper_arm(s, 0, ktime_get_boottime_ns());
	spin_unlock_bh(&s->lock);
}

/* Rates of all pools, 0: none. */
void venet_pools_set(const u32 kbit[VENET_CLASSES])
{
	unsigned int i;

	for (i = 0; i < VENET_CLASSES; i++) {
		spin_lock_bh(&venet_pools[i].lock);
		venet_pools[i].bucket = (struct venet_bucket){ .rate = kbit[i] * 125ULL };
		spin_unlock_bh(&venet_pools[i].lock);
	}
}
