/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beancounter hooks that foreign files call. Every hook is an empty inline or
 * a constant when CONFIG_VE is off, and a jump over nothing until the first VE
 * is made.
 *
 * numfile      owner: the opener's user namespace, held by f_cred
 * kmemsize     owner: obj_cgroup->ve, inherited by the memory cgroups of a VE
 * privvmpages  owner: mm->ve, the VE of the task that made the mm
 */
#ifndef _VZ_UB_H
#define _VZ_UB_H

#include <linux/gfp_types.h>
#include <linux/types.h>
#include <vz/hook.h>

struct callback_head;
struct cred;
struct file;
struct mem_cgroup;
struct mm_struct;
struct obj_cgroup;

#ifdef CONFIG_VE

int __ub_charge_file(const struct cred *cred);
void __ub_uncharge_file(const struct cred *cred);
bool __ub_fput_later(struct file *file, void (*close)(struct callback_head *));

int __ub_charge_kmem(struct obj_cgroup *objcg, gfp_t gfp, unsigned int nr_pages);
void __ub_uncharge_kmem(struct obj_cgroup *objcg, unsigned int nr_pages);
bool __ub_fault_refused(void);
void __ub_bind_objcg(struct obj_cgroup *objcg, struct mem_cgroup *parent);
void __ub_release_objcg(struct obj_cgroup *objcg);

void __ub_init_mm(struct mm_struct *mm);
void __ub_free_mm(struct mm_struct *mm);
int __ub_fork_vm(struct mm_struct *mm);
void __ub_exit_vm(struct mm_struct *mm);
int __ub_reserve_vm(struct mm_struct *mm, unsigned long flags,
		    unsigned long pages, unsigned long replaced);
int __ub_protect_vm(struct mm_struct *mm, unsigned long oldflags,
		    unsigned long newflags, unsigned long pages);
int __ub_grow_stack(struct mm_struct *mm, unsigned long pages);
void __ub_moved_vm(struct mm_struct *mm);
void __ub_unmapped_vm(struct mm_struct *mm, unsigned long locked);
void __ub_settle_vm(struct mm_struct *mm);

#endif /* CONFIG_VE */

/* Return: 0 or -ENFILE. */
static inline int ub_charge_file(const struct cred *cred)
{
	return VE_HOOK(__ub_charge_file(cred), 0);
}

static inline void ub_uncharge_file(const struct cred *cred)
{
	VE_HOOK(__ub_uncharge_file(cred));
}

/*
 * The last reference to @file has gone, and no task can call @close, which takes
 * its f_task_work. Return: whether that is done later, on its VE's own list.
 */
static inline bool ub_fput_later(struct file *file, void (*close)(struct callback_head *))
{
	return VE_HOOK(__ub_fput_later(file, close), 0);
}

/* Return: 0 or -ENOMEM. May sleep and shrink slabs when @gfp allows it. */
static inline int ub_charge_kmem(struct obj_cgroup *objcg, gfp_t gfp,
				 unsigned int nr_pages)
{
	return VE_HOOK(__ub_charge_kmem(objcg, gfp, nr_pages), 0);
}

static inline void ub_uncharge_kmem(struct obj_cgroup *objcg, unsigned int nr_pages)
{
	VE_HOOK(__ub_uncharge_kmem(objcg, nr_pages));
}

/* A page fault failed: end the process if it is a VE's. */
static inline bool ub_fault_refused(void)
{
	return VE_HOOK(__ub_fault_refused(), 0);
}

/* A new memory cgroup belongs to its parent's VE. */
static inline void ub_bind_objcg(struct obj_cgroup *objcg, struct mem_cgroup *parent)
{
	VE_HOOK(__ub_bind_objcg(objcg, parent));
}

static inline void ub_release_objcg(struct obj_cgroup *objcg)
{
	VE_HOOK(__ub_release_objcg(objcg));
}

/*
 * privvmpages and the locked part of it, all with the mm's mmap lock held for writing once the mm
 * is visible. What an operation will need is reserved before it starts and may be refused
 * (-ENOMEM); what it has come to is settled when it is over.
 */

/* mm_init(): @mm may be a copy of its parent. */
static inline void ub_init_mm(struct mm_struct *mm)
{
	VE_HOOK(__ub_init_mm(mm));
}

static inline void ub_free_mm(struct mm_struct *mm)
{
	VE_HOOK(__ub_free_mm(mm));
}

/* Charge what a child's mm takes over from its parent. */
static inline int ub_fork_vm(struct mm_struct *mm)
{
	return VE_HOOK(__ub_fork_vm(mm), 0);
}

static inline void ub_exit_vm(struct mm_struct *mm)
{
	VE_HOOK(__ub_exit_vm(mm));
}

/* Reserve for @pages with @flags that take the place of @replaced private ones. */
static inline int ub_reserve_vm(struct mm_struct *mm, unsigned long flags,
				unsigned long pages, unsigned long replaced)
{
	return VE_HOOK(__ub_reserve_vm(mm, flags, pages, replaced), 0);
}

/* Reserve for @pages that change from @oldflags to @newflags. */
static inline int ub_protect_vm(struct mm_struct *mm, unsigned long oldflags,
				unsigned long newflags, unsigned long pages)
{
	return VE_HOOK(__ub_protect_vm(mm, oldflags, newflags, pages), 0);
}

/* Charge stack growth, which cannot fail any more after this. */
static inline int ub_grow_stack(struct mm_struct *mm, unsigned long pages)
{
	return VE_HOOK(__ub_grow_stack(mm, pages), 0);
}

/* mremap() has counted the new place, the old one is about to be unmapped. */
static inline void ub_moved_vm(struct mm_struct *mm)
{
	VE_HOOK(__ub_moved_vm(mm));
}

/*
 * Pages were unmapped, perhaps in the middle of another operation; @locked of
 * them had been locked.
 */
static inline void ub_unmapped_vm(struct mm_struct *mm, unsigned long locked)
{
	VE_HOOK(__ub_unmapped_vm(mm, locked));
}

/* An operation is over, whether it worked or not. */
static inline void ub_settle_vm(struct mm_struct *mm)
{
	VE_HOOK(__ub_settle_vm(mm));
}

#endif /* _VZ_UB_H */
