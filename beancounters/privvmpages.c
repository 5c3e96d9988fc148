// SPDX-License-Identifier: GPL-2.0-only
/*
 * privvmpages: pages that an address space may come to need for itself, that
 * is, private writable areas and stacks, whether touched or not.
 *
 * The kernel keeps their sum in mm->data_vm + mm->stack_vm. mm->ve.charged is
 * what the VE was charged for this mm; both are equal between operations. An
 * operation reserves first, which may be refused, and settles when it is over.
 * mm->ve.wanted is the part of the charge that data_vm and stack_vm do not
 * show yet; it keeps an munmap inside the operation from giving it away.
 *
 * All under the mmap lock held for writing, or on an mm that nobody else sees.
 * (munmap may have downgraded the lock: there is no writer then either.) The
 * owner is the VE of the task that made the mm; the mm holds a reference until
 * it is freed.
 */
#include <linux/binfmts.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <vz/object.h>
#include <vz/ub.h>
#include <internal.h>
#include "charge.h"
#include "lockedpages.h"
#include "row.h"

static bool ub_is_private(unsigned long flags)
{
	return is_data_mapping(flags) || is_stack_mapping(flags);
}

/* Refusing a program that is being started would kill it. */
static unsigned int ub_vm_severity(struct mm_struct *mm)
{
	return current->in_execve || mm != current->mm ? UB_SOFT : UB_HARD;
}

static unsigned long ub_vm_pages(const struct mm_struct *mm)
{
	return mm->data_vm + mm->stack_vm;
}

/* Down to @target: in line, this is half of what munmap() costs a VE. */
static __always_inline void ub_vm_lower(struct ve_mm *vm, unsigned long target)
{
	ub_quick_uncharge(vm->ve, UB_PRIVVMPAGES, vm->charged - target);
	vm->charged = target;
}

static void ub_vm_set_charged(struct mm_struct *mm, unsigned long target)
{
	struct ve_mm *vm = &mm->ve;

	if (vm->charged > target) {
		ub_vm_lower(vm, target);
	} else if (vm->charged < target) {
		ub_quick_charge(vm->ve, UB_PRIVVMPAGES, target - vm->charged, UB_FORCE);
		vm->charged = target;
	}
}

void __ub_init_mm(struct mm_struct *mm)
{
	struct ve *ve = current_ve();

	if (ve)
		ve_get(ve);
	mm->ve = (struct ve_mm){ .ve = ve };
}

void __ub_free_mm(struct mm_struct *mm)
{
	if (mm->ve.ve)
		ve_put(mm->ve.ve);
}

int __ub_fork_vm(struct mm_struct *mm)
{
	unsigned long pages = ub_vm_pages(mm);

	if (!mm->ve.ve)
		return 0;
	if (ub_quick_charge(mm->ve.ve, UB_PRIVVMPAGES, pages, UB_HARD))
		return -ENOMEM;
	mm->ve.charged = pages;
	return 0;
}

void __ub_exit_vm(struct mm_struct *mm)
{
	if (mm->ve.ve) {
		ub_vm_set_charged(mm, 0);
		ub_set_locked(mm, 0);
	}
}

int __ub_reserve_vm(struct mm_struct *mm, unsigned long flags,
		    unsigned long pages, unsigned long replaced)
{
	unsigned long more = pages > replaced ? pages - replaced : 0;
	struct ve_mm *vm = &mm->ve;

	if (!vm->ve || !ub_is_private(flags))
		return 0;
	if (more && unlikely(!ub_pay(vm->ve, UB_PRIVVMPAGES, more)) &&
	    ub_try_charge(vm->ve, UB_PRIVVMPAGES, more, ub_vm_severity(mm)))
		return -ENOMEM;
	vm->charged += more;
	vm->wanted = pages;
	return 0;
}

int __ub_protect_vm(struct mm_struct *mm, unsigned long oldflags,
		    unsigned long newflags, unsigned long pages)
{
	struct ve_mm *vm = &mm->ve;

	if (!vm->ve || !ub_is_private(newflags) || ub_is_private(oldflags))
		return 0;
	if (ub_quick_charge(vm->ve, UB_PRIVVMPAGES, pages, UB_SOFT))
		return -ENOMEM;
	vm->charged += pages;
	vm->wanted = pages;
	return 0;
}

int __ub_grow_stack(struct mm_struct *mm, unsigned long pages)
{
	if (!mm->ve.ve)
		return 0;
	if (ub_quick_charge(mm->ve.ve, UB_PRIVVMPAGES, pages, UB_SOFT))
		return -ENOMEM;
	mm->ve.charged += pages;
	return 0;
}

void __ub_moved_vm(struct mm_struct *mm)
{
	mm->ve.wanted = 0;
	mm->ve.moving = true;
}

void __ub_unmapped_vm(struct mm_struct *mm, unsigned long locked)
{
	struct ve_mm *vm = &mm->ve;
	unsigned long target;

	if (!vm->ve)
		return;
	target = ub_vm_pages(mm) + vm->wanted;
	if (vm->charged > target)
		ub_vm_lower(vm, target);
	/* What is moved stays locked, though the old place is unmapped. */
	if (unlikely(locked) && !vm->moving)
		ub_set_locked(mm, vm->locked - min(locked, vm->locked));
}

void __ub_settle_vm(struct mm_struct *mm)
{
	struct ve_mm *vm = &mm->ve;

	vm->wanted = 0;
	vm->moving = false;
	if (!vm->ve)
		return;
	if (unlikely(vm->charged != ub_vm_pages(mm)))
		ub_vm_set_charged(mm, ub_vm_pages(mm));
	if (unlikely(vm->locked != mm->locked_vm))
		ub_set_locked(mm, mm->locked_vm);
}

UB_ROW(PRIVVMPAGES) = { .unit = UB_PAGES, .batch = 256, .host = vm_memory_committed };
