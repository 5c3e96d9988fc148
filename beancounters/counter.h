/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic of one counter, no knowledge of VEs. Private to beancounters/.
 */
#ifndef _VZ_UB_COUNTER_H
#define _VZ_UB_COUNTER_H

#include "credit.h"

/**
 * struct ub_denial - why a charge does not fit
 * @held: what is held without it
 * @bound: what must not be exceeded
 */
struct ub_denial {
	unsigned long held;
	unsigned long bound;
};

void ub_counter_init(struct ub_counter *c);
void ub_counter_batch(struct ub_counter *c, struct ub_slot *slots,
		      unsigned int nr_slots, unsigned int index,
		      unsigned int batch);
bool ub_counter_charge(struct ub_counter *c, unsigned int cpu, unsigned long n,
		       unsigned int severity, struct ub_denial *why);
bool ub_counter_uncharge(struct ub_counter *c, unsigned int cpu, unsigned long n);
bool ub_counter_note(struct ub_counter *c, unsigned long held, unsigned int severity,
		     struct ub_denial *why);
void ub_counter_fail(struct ub_counter *c);
unsigned long ub_counter_held(struct ub_counter *c);
void ub_counter_bounds(struct ub_counter *c, unsigned long barrier,
		       unsigned long limit);
void ub_counter_restore(struct ub_counter *c, unsigned long maxheld,
			unsigned long failcnt);

#endif /* _VZ_UB_COUNTER_H */
