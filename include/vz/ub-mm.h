/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beancounter hooks of the memory rows that few foreign files call. Empty
 * inlines or constants when CONFIG_VE is off.
 *
 * lockedpages   owner: mm->ve; SHM_LOCK: the locker's user namespace (ucounts)
 * shmpages      owner: the VE of the file system's user namespace, else that of
 *               the task that made the object; kept in shmem_inode_info
 * vmguarpages   owner: mm->ve
 * dcachesize    owner: obj_cgroup->ve
 */
#ifndef _VZ_UB_MM_H
#define _VZ_UB_MM_H

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <vz/ub.h>

struct inode;
struct oom_control;
struct task_struct;
struct ucounts;

#ifdef CONFIG_VE

bool __ub_reserve_locked(struct mm_struct *mm, unsigned long bytes);
int __ub_lock_vm(struct mm_struct *mm, unsigned long oldflags,
		 unsigned long newflags, unsigned long start, unsigned long end);
void __ub_settle_locked(struct mm_struct *mm);
int __ub_lock_shm(struct ucounts *ucounts, unsigned long pages);
void __ub_unlock_shm(struct ucounts *ucounts, unsigned long pages);

void __ub_own_shmem(struct inode *inode);
void __ub_disown_shmem(struct inode *inode);
int __ub_resize_shmem(struct inode *inode, loff_t size);
int __ub_charge_blocks(struct inode *inode, long pages);
void __ub_uncharge_blocks(struct inode *inode, long pages);
void __ub_refused_blocks(struct inode *inode, long pages);

bool __ub_commit_guaranteed(struct mm_struct *mm);

int __ub_charge_dcache(struct obj_cgroup *objcg, gfp_t gfp, unsigned long bytes);
void __ub_uncharge_dcache(struct obj_cgroup *objcg, unsigned long bytes);

void __ub_oom_begin(void);
long __ub_oom_points(struct task_struct *task, long points);

/* Pages of packet rings are kernel memory of the VE. */
#define UB_GFP_ACCOUNT		__GFP_ACCOUNT
#define ub_vzalloc(size)	__vmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO)

#else /* !CONFIG_VE */

#define UB_GFP_ACCOUNT		0
#define ub_vzalloc(size)	vzalloc(size)

#endif /* CONFIG_VE */

/* mlock_future_ok(): reserve @bytes that will be mapped locked, if the kernel's limit @allows it.
 */
static inline bool ub_reserve_locked(struct mm_struct *mm, unsigned long flags,
				     unsigned long bytes, bool allows)
{
	return VE_HOOK(allows && (flags & VM_LOCKED) ? __ub_reserve_locked(mm, bytes) : allows,
		       allows);
}

/*
 * mlock_fixup() of [start, end), before anything is changed: NULL or -ENOMEM as
 * a pointer, so that a refusal goes the way of an area that cannot be split.
 */
static inline void *ub_lock_vm(struct mm_struct *mm, unsigned long oldflags,
			       unsigned long newflags, unsigned long start, unsigned long end)
{
	return VE_HOOK(ERR_PTR(__ub_lock_vm(mm, oldflags, newflags, start, end)), NULL);
}

/* mm->locked_vm is right again. */
static inline void ub_settle_locked(struct mm_struct *mm)
{
	VE_HOOK(__ub_settle_locked(mm));
}

/* SHM_LOCK: 0 or -ENOMEM. */
static inline int ub_lock_shm(struct ucounts *ucounts, unsigned long pages)
{
	return VE_HOOK(__ub_lock_shm(ucounts, pages), 0);
}

static inline void ub_unlock_shm(struct ucounts *ucounts, unsigned long pages)
{
	VE_HOOK(__ub_unlock_shm(ucounts, pages));
}

/* A new inode: its fields are zero. */
static inline void ub_own_shmem(struct inode *inode)
{
	VE_HOOK(__ub_own_shmem(inode));
}

/* The inode goes, its blocks have gone. */
static inline void ub_disown_shmem(struct inode *inode)
{
	VE_HOOK(__ub_disown_shmem(inode));
}

/* An object that is paid by its size gets @size: 0 or -ENOMEM. */
static inline int ub_resize_shmem(struct inode *inode, loff_t size)
{
	return VE_HOOK(__ub_resize_shmem(inode, size), 0);
}

/*
 * Blocks of an object that is paid by what it has: 0 or -ENOSPC. The caller
 * asks again after a refusal; that is not a failure until
 * ub_refused_blocks() says so.
 */
static inline int ub_charge_blocks(struct inode *inode, long pages)
{
	return VE_HOOK(__ub_charge_blocks(inode, pages), 0);
}

static inline void ub_uncharge_blocks(struct inode *inode, long pages)
{
	VE_HOOK(__ub_uncharge_blocks(inode, pages));
}

static inline void ub_refused_blocks(struct inode *inode, long pages)
{
	VE_HOOK(__ub_refused_blocks(inode, pages));
}

/* __vm_enough_memory() is about to refuse: does the VE have a guarantee? */
static inline bool ub_commit_guaranteed(struct mm_struct *mm)
{
	return VE_HOOK(__ub_commit_guaranteed(mm), 0);
}

/* Nodes of the page cache are reclaimable, too, but not of an accounted cache. */
#define UB_DCACHE_FLAGS	(SLAB_ACCOUNT | SLAB_RECLAIM_ACCOUNT)

/* Objects of a slab cache with @flags: 0 or -ENOMEM. May sleep if @gfp allows it. */
static inline int ub_charge_dcache(struct obj_cgroup *objcg, slab_flags_t flags,
				   gfp_t gfp, unsigned long bytes)
{
	return VE_HOOK((flags & UB_DCACHE_FLAGS) != UB_DCACHE_FLAGS ?
			   0 : __ub_charge_dcache(objcg, gfp, bytes), 0);
}

static inline void ub_uncharge_dcache(struct obj_cgroup *objcg,
				      slab_flags_t flags, unsigned long bytes)
{
	VE_HOOK((flags & UB_DCACHE_FLAGS) == UB_DCACHE_FLAGS ?
		__ub_uncharge_dcache(objcg, bytes) : (void)0);
}

/* A global OOM begins to look for a victim. Under oom_lock. */
static inline void ub_oom_begin(void)
{
	VE_HOOK(__ub_oom_begin());
}

/* Points of a task, ordered by the overdraft of its VE. Under oom_lock and RCU. */
static inline long ub_oom_points(struct task_struct *task, long points, bool global)
{
	return VE_HOOK(global ? __ub_oom_points(task, points) : points, points);
}

#endif /* _VZ_UB_MM_H */
