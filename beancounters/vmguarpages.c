// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmguarpages: a guarantee, nothing is charged. As long as the VE's privvmpages
 * are not above the barrier, the kernel's overcommit check refuses it nothing.
 * The limit has no effect.
 *
 * Asked only when the check is about to refuse; takes a counter's leaf lock.
 */
#include <linux/mm_types.h>
#include <vz/ub-mm.h>
#include "counters.h"
#include "row.h"

bool __ub_commit_guaranteed(struct mm_struct *mm)
{
	struct ve *ve = mm ? mm->ve.ve : NULL;

	return ve && ub_held(ve, UB_PRIVVMPAGES) <=
		     READ_ONCE(ub_counter(ve, UB_VMGUARPAGES)->barrier);
}

/* Nothing is guaranteed until somebody says so. */
static int ub_vmguar_arm(struct ub_counters *cs)
{
	ub_counter_bounds(&cs->res[UB_VMGUARPAGES], 0, UB_MAXVALUE);
	return 0;
}

UB_ROW(VMGUARPAGES) = { .unit = UB_PAGES, .arm = ub_vmguar_arm };
