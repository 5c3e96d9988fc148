// SPDX-License-Identifier: GPL-2.0-only
/*
 * Charges of a VE: who may be refused, and what a refusal leaves behind.
 *
 * Owns nothing. A charge comes here when the CPU's credit does not pay it
 * (charge.h), and is judged by the counter (counter.c).
 */
#include <linux/preempt.h>
#include <linux/sched.h>
#include "charge.h"
#include "fail.h"
#include "names.h"
#include "refusals.h"

/*
 * A program of the host acts for the host's tools: they set a VE up, and look
 * after one that is at its limit. Packets that are delivered while it runs, in
 * softirq or with bottom halves off, and kernel threads act for whoever made
 * them work.
 */
static bool ub_by_host_program(void)
{
	return in_task() && !softirq_count() && !(current->flags & PF_KTHREAD) && !current_ve();
}

/* Limits bite a running VE whoever acts, but for the host's own programs. */
static bool ub_may_refuse(struct ve *ve)
{
	return ve_enforces(ve) && !ub_by_host_program();
}

/* Count a refusal, record it, and tell the readers of ve.ub.events. Context: any. */
static int ub_refuse(struct ve *ve, enum ub_resource res, unsigned int severity,
		     unsigned long n, const struct ub_denial *why)
{
	struct ub_refusal what = {
		.wanted = n, .held = why->held, .bound = why->bound,
		.res = res, .soft = severity == UB_SOFT,
	};

	if (severity & UB_TEST)
		return -ENOMEM;
	ub_counter_fail(ub_counter(ve, res));
	ub_refusals_note(ve->ub.counters->refusals, &what);
	return -ENOMEM;
}

int ub_try_charge(struct ve *ve, enum ub_resource res, unsigned long n,
		  unsigned int severity)
{
	struct ub_counter *c = ub_counter(ve, res);
	unsigned int cpu = raw_smp_processor_id();
	struct ub_denial why;

	if (IS_ENABLED(CONFIG_VE_FAIL_CHARGE) && severity != UB_FORCE &&
	    ub_may_refuse(ve) && ub_should_fail(n))
		return -ENOMEM;
	if (likely(ub_counter_charge(c, cpu, n, severity, &why)))
		return 0;
	if (ub_may_refuse(ve))
		return ub_refuse(ve, res, severity, n, &why);
	ub_counter_charge(c, cpu, n, UB_FORCE, &why);
	return 0;
}

void ub_charge(struct ve *ve, enum ub_resource res, unsigned long n)
{
	ub_try_charge(ve, res, n, UB_FORCE);
}

void ub_uncharge(struct ve *ve, enum ub_resource res, unsigned long n)
{
	bool good = ub_counter_uncharge(ub_counter(ve, res), raw_smp_processor_id(), n);

	WARN_ONCE(!good, "ub: VE %u: %lu of %s given back and not charged\n",
		  ve->id, n, ub_names[res]);
}

/**
 * ub_check - judge what is counted elsewhere as if it were charged
 * @ve: an armed VE
 * @res: resource
 * @held: what is in use; the caller keeps it from growing until it is done
 * @n: how much more is wanted
 * @severity: enum ub_severity
 *
 * Context: any. Return: 0 with the peak noted, or -ENOMEM.
 */
int ub_check(struct ve *ve, enum ub_resource res, unsigned long held,
	     unsigned long n, unsigned int severity)
{
	struct ub_counter *c = ub_counter(ve, res);
	struct ub_denial why = { .held = held };

	if (ub_counter_note(c, held + n, severity, &why))
		return 0;
	if (ub_may_refuse(ve))
		return ub_refuse(ve, res, severity, n, &why);
	ub_counter_note(c, held + n, UB_FORCE, &why);
	return 0;
}

unsigned long ub_held(struct ve *ve, enum ub_resource res)
{
	return ub_counter_held(ub_counter(ve, res));
}

unsigned long ub_limit(struct ve *ve, enum ub_resource res)
{
	return READ_ONCE(ub_counter(ve, res)->limit);
}
