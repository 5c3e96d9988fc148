/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A counter, and the credits of it that CPUs hold: units charged already and
 * free for use on that CPU. The only file that takes and parks them. No
 * knowledge of VEs. Private to beancounters/.
 *
 * held includes the credits, so what is really in use is held less all credits.
 * Credits exist only while held is neither above the barrier nor above the peak.
 * From this follows:
 *  - using a credit can neither exceed the barrier nor make a new peak;
 *  - a charge that would pass the bound or the peak collects all credits first
 *    and is then exact: nothing is refused early, maxheld is the true peak.
 * A VE makes few new peaks once it runs, so collecting is rare; until then its
 * charges and what it gives back stay on the CPU's own cache line.
 *
 * A credit parked or used by another CPU in the same instant as a collection
 * is seen by the next pass over the slots.
 */
#ifndef _VZ_UB_CREDIT_H
#define _VZ_UB_CREDIT_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <vz/abi.h>

/* Room for all rows, and a power of two: a CPU's slot is found by a shift. */
#define UB_SLOT_CREDITS	64
static_assert(UB_NR_RESOURCES <= UB_SLOT_CREDITS);

/**
 * struct ub_slot - credits of one CPU
 * @credit: of each row; 0 for ever where charges are not batched
 *
 * Changed with atomics only: its own CPU takes and parks, others collect.
 */
struct ub_slot {
	atomic_long_t credit[UB_SLOT_CREDITS];
} ____cacheline_aligned_in_smp;

/**
 * struct ub_counter - one resource
 * @lock: protects what follows; a leaf lock, irq-safe
 * @parked: some CPU may hold credit
 * @slowly: what is given back must not stay on the CPU without a look at the
 *	counter: nothing is @parked yet, or @held is above @room
 * @index: position of its credit in struct ub_slot
 * @nr_slots: number of @slots
 * @batch: size of a credit, 0 when the resource is not batched
 * @keep: most that a CPU may hold
 * @slots: credits of all CPUs
 * @held: charged, credits included
 * @room: largest @held at which there may be credits: the barrier or the peak
 * @maxheld: largest @held ever without credits
 * @barrier: hard charges stop here
 * @limit: soft charges stop here, never below @barrier
 * @failcnt: refusals
 *
 * The fast paths read the first line only, and nothing there changes while
 * they succeed.
 */
struct ub_counter {
	spinlock_t	lock;
	bool		parked;
	bool		slowly;
	u8		index;
	u16		nr_slots;
	unsigned int	batch;
	long		keep;
	struct ub_slot	*slots;
	long		held;
	long		room;
	unsigned long	maxheld;
	unsigned long	barrier;
	unsigned long	limit;
	unsigned long	failcnt;
} ____cacheline_aligned_in_smp;

/* The functions called *_locked want c->lock. Nothing here sleeps or allocates. */
void ub_credit_mend(struct ub_counter *c, atomic_long_t *credit);
long ub_credit_collect_locked(struct ub_counter *c);
void ub_credit_give_locked(struct ub_counter *c, unsigned int cpu, long n);
long ub_credit_cut_locked(struct ub_counter *c, unsigned int cpu, long held);

/* Credit of @c on @cpu; being moved to another CPU meanwhile is harmless. */
static __always_inline atomic_long_t *ub_credit(const struct ub_counter *c, unsigned int cpu)
{
	return &c->slots[cpu].credit[c->index];
}

/* Pay @n with a CPU's credit. Return: false when it does not cover it. */
static __always_inline bool ub_credit_take(atomic_long_t *credit, long n)
{
	long have = atomic_long_read(credit);

	do {
		if (unlikely(have < n))
			return false;
	} while (unlikely(!atomic_long_try_cmpxchg(credit, &have, have - n)));
	return true;
}

/*
 * Keep @n that is given back as a CPU's credit. Return: false when there is too
 * much of it. A constant @n is not above any row's batch, or the row has none
 * and keeps nothing.
 */
static __always_inline bool ub_credit_park(struct ub_counter *c, atomic_long_t *credit, long n)
{
	if (unlikely((!__builtin_constant_p(n) && n > c->batch) ||
		     atomic_long_read(credit) + n > c->keep))
		return false;
	atomic_long_add(n, credit);
	/* Pairs with ub_credit_collect_locked(): it sees the credit or we see slowly. */
	smp_mb__after_atomic();
	if (unlikely(READ_ONCE(c->slowly)))
		ub_credit_mend(c, credit);
	return true;
}

/* After each change of what they depend on. */
static inline void ub_credit_update_locked(struct ub_counter *c)
{
	c->room = min(c->barrier, c->maxheld);
	WRITE_ONCE(c->slowly, !c->parked || c->held > c->room);
}

#endif /* _VZ_UB_CREDIT_H */
