/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User beancounters: charge, try_charge, uncharge; barrier, limit, held,
 * maxheld, failcnt. What the rest of our code calls; hooks in foreign files
 * include <vz/ub.h>.
 */
#ifndef _VZ_BEANCOUNTER_H
#define _VZ_BEANCOUNTER_H

#include <linux/types.h>
#include <vz/abi.h>

struct ve;
struct css_set;
struct task_struct;

/* Private to beancounters/; embedded in struct ve, so it is defined here. */
struct beancounter {
	struct ub_counters *counters;
};

#ifdef CONFIG_VE

/* css_alloc, ve.id, css_free. ub_arm() may fail with -ENOMEM; may sleep. */
void ub_init(struct beancounter *ub);
int ub_arm(struct ve *ve);
void ub_free(struct ve *ve);

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
