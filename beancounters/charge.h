/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Charges of a VE, beyond those in <vz/beancounter.h>: for hot paths, in line as
 * long as the CPU's credit decides, which is a compare and exchange or an
 * addition on a cache line of this CPU. For any row; one that is not batched
 * never has a credit. Private to beancounters/.
 */
#ifndef _VZ_UB_CHARGE_H
#define _VZ_UB_CHARGE_H

#include <linux/smp.h>
#include "counters.h"

/*
 * Pay with the CPU's credit if it covers @n. @res is a constant, here and below.
 * Where charges are made to fail, ub_try_charge() decides about all of them.
 */
static __always_inline bool ub_pay(struct ve *ve, enum ub_resource res, unsigned long n)
{
	struct ub_slot *slot = &ve->ub.counters->slots[raw_smp_processor_id()];

	return !IS_ENABLED(CONFIG_VE_FAIL_CHARGE) && ub_credit_take(&slot->credit[res], n);
}

static __always_inline int ub_quick_charge(struct ve *ve, enum ub_resource res,
					   unsigned long n, unsigned int severity)
{
	return likely(ub_pay(ve, res, n)) ? 0 : ub_try_charge(ve, res, n, severity);
}

static __always_inline void ub_quick_uncharge(struct ve *ve, enum ub_resource res,
					      unsigned long n)
{
	struct ub_counters *cs = ve->ub.counters;
	struct ub_slot *slot = &cs->slots[raw_smp_processor_id()];

	if (unlikely(!ub_credit_park(&cs->res[res], &slot->credit[res], n)))
		ub_uncharge(ve, res, n);
}

/* At the barrier. The exact count is asked for only when credits may hide it. */
static inline bool ub_at_barrier(struct ve *ve, enum ub_resource res)
{
	struct ub_counter *c = ub_counter(ve, res);
	unsigned long barrier = READ_ONCE(c->barrier);

	return READ_ONCE(c->held) >= (long)barrier && ve_enforces(ve) &&
	       ub_counter_held(c) >= barrier;
}

int ub_check(struct ve *ve, enum ub_resource res, unsigned long held,
	     unsigned long n, unsigned int severity);

#endif /* _VZ_UB_CHARGE_H */
