/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User beancounters: charge, try_charge, uncharge; barrier, limit, held,
 * maxheld, failcnt. What the rest of our code calls; hooks in foreign files
 * include <vz/ub.h>.
 *
 * A charge belongs to a VE and is given back to that VE. Whoever owns the
 * charged object keeps the struct ve alive with ve_get() until then.
 */
#ifndef _VZ_BEANCOUNTER_H
#define _VZ_BEANCOUNTER_H

#include <linux/cgroup-defs.h>
#include <linux/types.h>
#include <vz/abi.h>

struct ve;
struct ub_counters;

/* Private to beancounters/; embedded in struct ve, so it is defined here. */
struct beancounter {
	struct ub_counters	*counters;	/* NULL until armed, then fixed */
	struct cgroup_file	events_file;	/* ve.ub.events */
	/* forward.c: its number as long as packets find it; what the host keeps for it */
	u32			id;
	atomic_t		neighs[2];	/* of ARP, of others */
	atomic_t		conntracks;
	atomic_long_t		frags;		/* bytes */
};

/**
 * enum ub_severity - how strict a charge is
 * @UB_HARD: refused above the barrier; ordinary requests
 * @UB_SOFT: refused above the limit; requests that are expensive to refuse
 * @UB_FORCE: never refused
 * @UB_TEST: or'ed to the others: a refusal is not counted as a failure
 */
enum ub_severity {
	UB_HARD,
	UB_SOFT,
	UB_FORCE,
	UB_TEST = 1 << 4,
};

#ifdef CONFIG_VE

/**
 * ub_try_charge - charge a VE for something that may be refused
 * @ve: an armed VE
 * @res: resource
 * @n: how much, in the resource's unit, at most LONG_MAX
 * @severity: enum ub_severity
 *
 * A VE that is being set up or restored is never refused, nor is a program of
 * the host. Interrupts, kernel threads and programs of another VE are, as the
 * VE's own programs are: what counts is whose the object is. Nothing that the VE
 * is asked for exceeds its barrier (limit) by a single unit, and nothing is
 * refused early.
 *
 * Context: any, also with interrupts off; neither sleeps nor allocates.
 * Return: 0, or -ENOMEM with nothing charged.
 */
int ub_try_charge(struct ve *ve, enum ub_resource res, unsigned long n,
		  unsigned int severity);

/* Charge that cannot be refused. Same context. */
void ub_charge(struct ve *ve, enum ub_resource res, unsigned long n);

/**
 * ub_tell_refusal - who is told in words that a VE was refused something
 *
 * Set by an initcall of whoever is above. Called with a line of text that holds
 * the name of a process as it is, for each row once in some seconds. May sleep.
 */
extern void (*ub_tell_refusal)(struct ve *ve, const char *text);

/* Give back what was charged to the same VE. Same context. */
void ub_uncharge(struct ve *ve, enum ub_resource res, unsigned long n);

/* What is in use now, without the credits that CPUs hold. */
unsigned long ub_held(struct ve *ve, enum ub_resource res);

/* No more than this; UB_MAXVALUE without a limit. Context: any. */
unsigned long ub_limit(struct ve *ve, enum ub_resource res);

/*
 * Tasks: called by the controller's can_fork, cancel_fork, release and
 * attach. @ve is never NULL. ub_can_fork() returns 0 or -EAGAIN.
 */
int ub_can_fork(struct ve *ve);
void ub_cancel_fork(struct ve *ve);
void ub_task_release(struct ve *ve);
void ub_task_move(struct ve *from, struct ve *to);	/* forced; either may be NULL */

#endif /* CONFIG_VE */
#endif /* _VZ_BEANCOUNTER_H */
