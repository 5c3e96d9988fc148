// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmguarpages: a guarantee, nothing is charged. As long as the VE's privvmpages
 * are not above the barrier, the kernel's overcommit check refuses it nothing.
 * The limit has no effect.
 *
 * Asked only when the check is about to refuse; takes a counter's leaf lock.
 */
#include <linux/mm_types.h>
#include <vz/object.h>
#include <vz/ub-mm.h>
#include "counter.h"

bool __ub_commit_guaranteed(struct mm_struct *mm)
{
	struct ve *ve = mm ? mm->ve.ve : NULL;

	return ve && ub_held(ve, UB_PRIVVMPAGES) <=
		     READ_ONCE(ub_counters(ve)->res[UB_VMGUARPAGES].barrier);
}
