// SPDX-License-Identifier: GPL-2.0-only
/*
 * lockedpages: pages of locked areas and of SysV segments locked by SHM_LOCK.
 *
 * The kernel keeps the pages of locked areas in mm->locked_vm; mm->ve.locked is
 * what the VE was charged for this mm. Whatever raises locked_vm reserves
 * first, which may be refused, and settles when it is over, as privvmpages.c
 * does it and at the same places. An operation that fails for another reason
 * between both may leave its reservation charged until the mm's next operation
 * or its end; the next reservation uses it up.
 *
 * Areas: under the mmap lock held for writing, or on an mm that nobody else
 * sees. Segments: under shmlock_user_lock; the ucounts entry that the segment
 * keeps holds the user namespace, and that one the VE.
 */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/user_namespace.h>
#include <linux/vmstat.h>
#include <vz/object.h>
#include <vz/ub-mm.h>
#include "lockedpages.h"
#include "row.h"

/* Charge @pages for @mm, whatever was charged before. Never refused. */
void ub_set_locked(struct mm_struct *mm, unsigned long pages)
{
	struct ve_mm *vm = &mm->ve;

	if (vm->locked > pages)
		ub_uncharge(vm->ve, UB_LOCKEDPAGES, vm->locked - pages);
	else if (vm->locked < pages)
		ub_charge(vm->ve, UB_LOCKEDPAGES, pages - vm->locked);
	vm->locked = pages;
}

static int ub_reserve(struct mm_struct *mm, unsigned long pages)
{
	unsigned long target = mm->locked_vm + pages;
	struct ve_mm *vm = &mm->ve;

	if (target <= vm->locked)
		return 0;
	if (ub_try_charge(vm->ve, UB_LOCKEDPAGES, target - vm->locked, UB_HARD))
		return -ENOMEM;
	vm->locked = target;
	return 0;
}

bool __ub_reserve_locked(struct mm_struct *mm, unsigned long bytes)
{
	return !mm->ve.ve || !ub_reserve(mm, bytes >> PAGE_SHIFT);
}

int __ub_lock_vm(struct mm_struct *mm, unsigned long oldflags,
		 unsigned long newflags, unsigned long start, unsigned long end)
{
	if (!mm->ve.ve || !(newflags & VM_LOCKED) || (oldflags & VM_LOCKED))
		return 0;
	return ub_reserve(mm, (end - start) >> PAGE_SHIFT);
}

void __ub_settle_locked(struct mm_struct *mm)
{
	if (mm->ve.ve)
		ub_set_locked(mm, mm->locked_vm);
}

int __ub_lock_shm(struct ucounts *ucounts, unsigned long pages)
{
	struct ve *ve = user_ns_ve(ucounts->ns);

	return ve ? ub_try_charge(ve, UB_LOCKEDPAGES, pages, UB_HARD) : 0;
}

void __ub_unlock_shm(struct ucounts *ucounts, unsigned long pages)
{
	struct ve *ve = user_ns_ve(ucounts->ns);

	if (ve)
		ub_uncharge(ve, UB_LOCKEDPAGES, pages);
}

static unsigned long ub_host_locked(void)
{
	return global_zone_page_state(NR_MLOCK);
}

UB_ROW(LOCKEDPAGES) = { .unit = UB_PAGES, .host = ub_host_locked };
