// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of credit.h that are seldom needed, under the counter's lock: give
 * a CPU a credit, and take all of them back.
 *
 * Owns nothing; the slots live as long as their VE.
 */
#include "credit.h"

void ub_credit_give_locked(struct ub_counter *c, unsigned int cpu, long n)
{
	atomic_long_add(n, ub_credit(c, cpu));
	WRITE_ONCE(c->parked, true);
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
	ub_credit_update_locked(c);
	spin_unlock_irqrestore(&c->lock, flags);
}

/**
 * ub_credit_collect_locked - take all credits back
 * @c: counter
 *
 * Return: how much was found.
 */
long ub_credit_collect_locked(struct ub_counter *c)
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
 * ub_credit_cut_locked - leave a CPU at most one batch, and none without room
 * @c: a batched counter
 * @cpu: whose credit
 * @held: what will be held before the cut
 *
 * Return: how much was taken back; the caller lowers held by it.
 */
long ub_credit_cut_locked(struct ub_counter *c, unsigned int cpu, long held)
{
	long have = atomic_long_xchg(ub_credit(c, cpu), 0);
	long keep = held <= c->room ? min_t(long, have, c->batch) : 0;

	if (keep)
		ub_credit_give_locked(c, cpu, keep);
	return have - keep;
}
