// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arithmetic of a counter: exact bounds, true peaks. What CPUs may decide by
 * themselves is in credit.h.
 *
 * Owns nothing; works on a struct ub_counter and the slots it points to, which
 * live as long as their VE. Functions called *_locked want c->lock; the others
 * take it or do without. Nothing here sleeps or allocates.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <vz/beancounter.h>
#include "counter.h"

/*
 * After that many passes over the slots that each found something, a charge is
 * judged by what is known then.
 */
#define UB_PASSES	4

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

static unsigned long ub_counter_bound(const struct ub_counter *c, unsigned int severity)
{
	switch (severity & ~UB_TEST) {
	case UB_HARD:
		return c->barrier;
	case UB_SOFT:
		return c->limit;
	}
	return UB_MAXVALUE;
}

/* @cpu gets a credit if one can be given. Return: false when @bound is in the way. */
static bool ub_charge_locked(struct ub_counter *c, unsigned int cpu, unsigned long n,
			     unsigned long bound)
{
	unsigned long with_credit = c->held + n + c->batch;
	int pass = 0;

	if (c->batch && with_credit <= min_t(unsigned long, bound, c->room)) {
		WRITE_ONCE(c->held, with_credit);
		ub_credit_give_locked(c, cpu, c->batch);
		ub_credit_update_locked(c);
		return true;
	}
	while (c->held + n > min(bound, c->maxheld)) {
		if (!ub_credit_collect_locked(c) || ++pass == UB_PASSES)
			break;
	}
	if (c->held + n > bound)
		return false;
	WRITE_ONCE(c->held, c->held + n);
	if (c->held > c->maxheld)
		WRITE_ONCE(c->maxheld, c->held);
	ub_credit_update_locked(c);
	return true;
}

/**
 * ub_counter_charge - charge a counter
 * @c: counter
 * @cpu: this CPU
 * @n: amount
 * @severity: enum ub_severity
 * @why: filled when it does not fit
 *
 * Return: false when the bound is in the way; nothing is charged then.
 */
bool ub_counter_charge(struct ub_counter *c, unsigned int cpu, unsigned long n,
		       unsigned int severity, struct ub_denial *why)
{
	unsigned long flags;
	bool fits;

	if (c->batch && ub_credit_take(ub_credit(c, cpu), n))
		return true;
	spin_lock_irqsave(&c->lock, flags);
	why->bound = ub_counter_bound(c, severity);
	fits = ub_charge_locked(c, cpu, n, why->bound);
	why->held = c->held;
	spin_unlock_irqrestore(&c->lock, flags);
	return fits;
}

static bool ub_uncharge_locked(struct ub_counter *c, unsigned int cpu, unsigned long n)
{
	long held = c->held - (long)n;

	if (c->batch)
		held -= ub_credit_cut_locked(c, cpu, held);
	WRITE_ONCE(c->held, held);
	if (unlikely(held < 0)) {
		ub_credit_collect_locked(c);
		WRITE_ONCE(c->held, 0);
	}
	ub_credit_update_locked(c);
	return held >= 0;
}

/**
 * ub_counter_uncharge - give back
 * @c: counter
 * @cpu: this CPU, whose credit is cut to one batch on the way
 * @n: amount
 *
 * Return: false on underflow, that is, more was given back than charged. The
 * counter is set to 0 then.
 */
bool ub_counter_uncharge(struct ub_counter *c, unsigned int cpu, unsigned long n)
{
	unsigned long flags;
	bool good;

	if (c->batch && ub_credit_park(c, ub_credit(c, cpu), n))
		return true;
	spin_lock_irqsave(&c->lock, flags);
	good = ub_uncharge_locked(c, cpu, n);
	spin_unlock_irqrestore(&c->lock, flags);
	return good;
}

/**
 * ub_counter_note - judge what is counted elsewhere, and note a new peak
 * @c: counter
 * @held: what would be held
 * @severity: enum ub_severity
 * @why: its bound is filled
 *
 * Return: false when the bound is in the way; no peak is noted then.
 */
bool ub_counter_note(struct ub_counter *c, unsigned long held, unsigned int severity,
		     struct ub_denial *why)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&c->lock, flags);
	why->bound = ub_counter_bound(c, severity);
	fits = held <= why->bound;
	if (fits && held > c->maxheld)
		WRITE_ONCE(c->maxheld, held);
	spin_unlock_irqrestore(&c->lock, flags);
	return fits;
}

/* Something was refused. */
void ub_counter_fail(struct ub_counter *c)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	WRITE_ONCE(c->failcnt, c->failcnt + 1);
	spin_unlock_irqrestore(&c->lock, flags);
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
	ub_credit_collect_locked(c);
	ub_credit_update_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* Set peak and failures of a restored VE; a peak below held is raised to it. */
void ub_counter_restore(struct ub_counter *c, unsigned long maxheld,
			unsigned long failcnt)
{
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	ub_credit_collect_locked(c);
	WRITE_ONCE(c->maxheld, max_t(unsigned long, maxheld, c->held));
	WRITE_ONCE(c->failcnt, failcnt);
	ub_credit_update_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
}
