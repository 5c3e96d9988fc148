/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ub_try_charge() and ub_uncharge() of batched rows, for hot paths: in line as
 * long as the CPU's credit decides, which is a compare and exchange or an
 * addition on a cache line of this CPU. Private to beancounters/.
 */
#ifndef _VZ_QUICK_H
#define _VZ_QUICK_H

#include <linux/build_bug.h>
#include <linux/smp.h>
#include <vz/object.h>
#include "counter.h"

/* The credit of a batched row; folded away when @res is a constant. */
static __always_inline enum ub_batched ub_batched_index(enum ub_resource res)
{
	switch (res) {
#define UB_BATCHED_CASE(sym, batch)	case UB_##sym: return UB_BATCHED_##sym;
	UB_BATCHED(UB_BATCHED_CASE)
#undef UB_BATCHED_CASE
	default:
		return UB_NR_BATCHED;
	}
}

/*
 * Pay with the CPU's credit if it covers @n. @res is a constant, here and below.
 * Where charges are made to fail, ub_try_charge() decides about all of them.
 */
static __always_inline bool ub_pay(struct ve *ve, enum ub_resource res, unsigned long n)
{
	struct ub_slot *slot = &ve->ub.counters->slots[raw_smp_processor_id()];

	BUILD_BUG_ON(ub_batched_index(res) == UB_NR_BATCHED);
	return !IS_ENABLED(CONFIG_VE_FAIL_CHARGE) &&
	       ub_credit_take(&slot->credit[ub_batched_index(res)], n);
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

	BUILD_BUG_ON(ub_batched_index(res) == UB_NR_BATCHED);
	if (unlikely(!ub_credit_park(&cs->res[res], &slot->credit[ub_batched_index(res)], n)))
		ub_uncharge(ve, res, n);
}

#endif /* _VZ_QUICK_H */
