// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic of a counter: exact bounds, true peaks, credits per CPU.
 *
 * Owns nothing; works on a struct ub_counter and the slots it points to, which
 * live as long as their VE. Functions called *_locked want c->lock; the others
 * take it or do without. Nothing here sleeps or allocates.
 *
 * held includes the credits that CPUs hold, so what is really in use is held
 * less all credits. Credits exist only while held is neither above the barrier
 * nor above the peak. From this follows:
 *  - using a credit can neither exceed the barrier nor make a new peak;
 *  - a charge that would pass the bound or the peak collects all credits first
 *    and is then exact: nothing is refused early, maxheld is the true peak.
 * A VE makes few new peaks once it runs, so collecting is rare; until then its
 * charges and what it gives back stay on the CPU's own cache line.
 *
 * A credit parked or used by another CPU in the same instant as a collection
 * is seen by the next pass over the slots. After UB_PASSES passes that each
 * found something, the charge is judged by what is known then.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include "counter.h"

#define UB_PASSES	4

/* After each change of what they depend on. */
static void ub_update_locked(struct ub_counter *c)
{
	c->room = min(c->barrier, c->maxheld);
	WRITE_ONCE(c->slowly, !c->parked || c->held > c->room);
}

static void ub_credit_give(struct ub_counter *c, unsigned int cpu, long n)
{
	atomic_long_add(n, ub_credit(c, cpu));
	WRITE_ONCE(c->parked, true);
}

void ub_counter_init(struct ub_counter *c)
{
	spin_lock_init(&c->lock);
	c->barrier = UB_MAXVALUE;
	c->limit = UB_MAXVALUE;
}

/**
 * ub_counter_batch - let a counter give credits
 * @c: counter, not in use yet
 * @slots: one slot for each CPU
 * @nr_slots: number of CPUs
 * @index: position of this counter's credit in a slot
 * @batch: size of a credit
 */
void ub_counter_batch(struct ub_counter *c, struct ub_slot *slots,
		      unsigned int nr_slots, unsigned int index,
		      unsigned int batch)
{
	c->slots = slots;
	c->nr_slots = nr_slots;
	c->index = index;
	c->batch = batch;
	c->keep = 2 * batch;
	c->slowly = true;
}

/**
 * ub_credit_mend - a credit was parked where it must not stay unseen
 * @c: counter
 * @credit: where
 *
 * Takes it back if there is no room for credits, else lets collections know.
 */
void ub_credit_mend(struct ub_counter *c, atomic_long_t *credit)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	if (c->held > c->room)
		WRITE_ONCE(c->held, c->held - atomic_long_xchg(credit, 0));
	else
		WRITE_ONCE(c->parked, true);
	ub_update_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
}

/**
 * ub_collect_locked - take all credits back
 * @c: counter
 *
 * Return: how much was found.
 */
long ub_collect_locked(struct ub_counter *c)
{
	unsigned int cpu;
	long sum = 0;

	if (!c->parked)
		return 0;
	WRITE_ONCE(c->parked, false);
	WRITE_ONCE(c->slowly, true);
	/* Pairs with ub_credit_park(). */
	smp_mb();
	for (cpu = 0; cpu < c->nr_slots; cpu++) {
		atomic_long_t *credit = ub_credit(c, cpu);

		if (atomic_long_read(credit))
			sum += atomic_long_xchg(credit, 0);
	}
	WRITE_ONCE(c->held, c->held - sum);
	return sum;
}

/**
 * ub_charge_locked - charge the counter itself
 * @c: counter
 * @cpu: slot that gets the credit, if one can be given
 * @n: amount
 * @bound: held must not exceed this
 *
 * Return: false when the bound is in the way; nothing is charged then.
 */
bool ub_charge_locked(struct ub_counter *c, unsigned int cpu, unsigned long n,
		      unsigned long bound)
{
	unsigned long with_credit = c->held + n + c->batch;
	int pass = 0;

	if (c->batch && with_credit <= min_t(unsigned long, bound, c->room)) {
		WRITE_ONCE(c->held, with_credit);
		ub_credit_give(c, cpu, c->batch);
		ub_update_locked(c);
		return true;
	}
	while (c->held + n > min(bound, c->maxheld)) {
		if (!ub_collect_locked(c) || ++pass == UB_PASSES)
			break;
	}
	if (c->held + n > bound)
		return false;
	WRITE_ONCE(c->held, c->held + n);
	if (c->held > c->maxheld)
		WRITE_ONCE(c->maxheld, c->held);
	ub_update_locked(c);
	return true;
}

/**
 * ub_uncharge_locked - give back to the counter itself
 * @c: counter
 * @cpu: slot whose credit is cut to one batch on the way
 * @n: amount
 *
 * Return: false on underflow, that is, more was given back than charged. The
 * counter is set to 0 then.
 */
bool ub_uncharge_locked(struct ub_counter *c, unsigned int cpu, unsigned long n)
{
	long held = c->held - (long)n;

	if (c->batch) {
		long have = atomic_long_xchg(ub_credit(c, cpu), 0);
		long keep = held <= c->room ? min_t(long, have, c->batch) : 0;

		held -= have - keep;
		if (keep)
			ub_credit_give(c, cpu, keep);
	}
	WRITE_ONCE(c->held, held);
	if (unlikely(held < 0)) {
		ub_collect_locked(c);
		WRITE_ONCE(c->held, 0);
	}
	ub_update_locked(c);
	return held >= 0;
}

/**
 * ub_counter_held - what is really in use
 * @c: counter
 *
 * Exact when nothing is charged meanwhile. Without credits one word tells.
 */
unsigned long ub_counter_held(struct ub_counter *c)
{
	unsigned long flags;
	unsigned int cpu;
	long held;

	if (!READ_ONCE(c->parked))
		return max(READ_ONCE(c->held), 0L);
	spin_lock_irqsave(&c->lock, flags);
	held = c->held;
	for (cpu = 0; cpu < c->nr_slots; cpu++)
		held -= atomic_long_read(ub_credit(c, cpu));
	spin_unlock_irqrestore(&c->lock, flags);
	return max(held, 0L);
}

/**
 * ub_counter_bounds - set barrier and limit
 * @c: counter
 * @barrier: at most @limit
 * @limit: at most UB_MAXVALUE
 *
 * A bound below held refuses new charges and frees nothing.
 */
void ub_counter_bounds(struct ub_counter *c, unsigned long barrier,
		       unsigned long limit)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	WRITE_ONCE(c->barrier, barrier);
	WRITE_ONCE(c->limit, limit);
	ub_collect_locked(c);
	ub_update_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* Set peak and failures of a restored VE; a peak below held is raised to it. */
void ub_counter_restore(struct ub_counter *c, unsigned long maxheld,
			unsigned long failcnt)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	ub_collect_locked(c);
	WRITE_ONCE(c->maxheld, max_t(unsigned long, maxheld, c->held));
	WRITE_ONCE(c->failcnt, failcnt);
	ub_update_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
}
