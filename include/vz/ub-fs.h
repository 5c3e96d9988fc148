/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Beancounter hooks of files, locks, mounts, pipes, terminals, signals and
 * cgroups. As in <vz/ub.h>: nothing when CONFIG_VE is off, a jump over nothing
 * until the first VE is made. NULL as owner means the host, which is not
 * charged.
 *
 * numflock    owner: file_lock_core->flc_ve, the VE of the task that locked
 * numpty      owner: the user namespace the devpts was mounted in
 * numsiginfo  owner: the user namespace of the signalled task, sigqueue->ucounts
 * numinotify, numnetns  owner: the user namespace of the ucounts
 * nummount    owner: mount->mnt_ve, the VE of the task that made the mount
 * numaio      owner: mm->ve
 * numcgroup   owner: the VE's own cgroup above the new one
 * pipepages   owner: pipe_inode_info->ve, the VE of the task that made the pipe
 */
#ifndef _VZ_UB_FS_H
#define _VZ_UB_FS_H

#include <vz/ub.h>

struct cgroup;
struct file_lock_core;
struct mm_struct;
struct mount;
struct pipe_inode_info;
struct super_block;
struct ucounts;
struct user_namespace;
struct ve;

#ifdef CONFIG_VE

int __ub_charge_flock(struct file_lock_core *flc, bool split);
void __ub_pass_flock(struct file_lock_core *to, struct file_lock_core *from);
void __ub_uncharge_flock(struct file_lock_core *flc);
int __ub_charge_pty(const struct super_block *sb);
void __ub_uncharge_pty(const struct super_block *sb);
int __ub_charge_siginfo(const struct ucounts *ucounts, bool force);
void __ub_uncharge_siginfo(const struct ucounts *ucounts);
int __ub_charge_ucount(const struct user_namespace *ns, int type);
void __ub_uncharge_ucount(const struct user_namespace *ns, int type);
int __ub_charge_mount(struct mount *mnt);
void __ub_uncharge_mount(struct mount *mnt);
int __ub_charge_aio(const struct mm_struct *mm, unsigned int nr);
void __ub_uncharge_aio(const struct mm_struct *mm, unsigned int nr);
int __ub_check_cgroup(struct cgroup *above);
int __ub_charge_pipe(struct pipe_inode_info *pipe, unsigned int slots);
int __ub_grow_pipe(struct pipe_inode_info *pipe, unsigned int slots);
void __ub_shrink_pipe(struct pipe_inode_info *pipe, unsigned int slots);
void __ub_free_pipe(struct pipe_inode_info *pipe, unsigned int slots);

/* Defined in fs/namespace.c, the only place that knows the lock of mounts. */
bool ub_mounts_are_locked(void);	/* by anybody */
bool ub_holds_mounts(void);		/* by current; only lockdep can tell */
#ifdef CONFIG_LOCKDEP
#define UB_HOLDS_MOUNTS(sem) \
	bool ub_holds_mounts(void) { return lockdep_is_held(&(sem)) == LOCK_STATE_HELD; }
#else
#define UB_HOLDS_MOUNTS(sem)
#endif
#define UB_MOUNTS_LOCK(sem) \
	bool ub_mounts_are_locked(void) { return rwsem_is_locked(&(sem)); } \
	UB_HOLDS_MOUNTS(sem)

#else /* !CONFIG_VE */

#define UB_MOUNTS_LOCK(sem)

#endif /* CONFIG_VE */

/*
 * posix_lock_inode(), flock_lock_inode(), generic_add_lease(): a lock is about
 * to be inserted; under flc_lock. @split: an existing one is cut in two.
 * Return: 0 or -ENOLCK.
 */
static inline int ub_charge_flock(struct file_lock_core *flc, bool split)
{
	return VE_HOOK(__ub_charge_flock(flc, split), 0);
}

/* A lock takes the place of another, and its charge. */
static inline void ub_pass_flock(struct file_lock_core *to, struct file_lock_core *from)
{
	VE_HOOK(__ub_pass_flock(to, from));
}

/*
 * A lock is freed. Five of six were spares that have never been charged: a
 * macro, because who includes this need not know the structure.
 */
#define ub_uncharge_flock(flc)	\
	VE_HOOK((flc)->flc_ve ? __ub_uncharge_flock(flc) : (void)0)

/* devpts_new_index(), devpts_kill_index(). Return: 0 or -ENOSPC. */
static inline int ub_charge_pty(const struct super_block *sb)
{
	return VE_HOOK(__ub_charge_pty(sb), 0);
}

static inline void ub_uncharge_pty(const struct super_block *sb)
{
	VE_HOOK(__ub_uncharge_pty(sb));
}

/*
 * __sigqueue_alloc(), __sigqueue_free(): perhaps under siglock, in interrupts.
 * @force: the kernel's own signal. Return: 0 or -EAGAIN.
 */
static inline int ub_charge_siginfo(const struct ucounts *ucounts, bool force)
{
	return VE_HOOK(__ub_charge_siginfo(ucounts, force), 0);
}

static inline void ub_uncharge_siginfo(const struct ucounts *ucounts)
{
	VE_HOOK(__ub_uncharge_siginfo(ucounts));
}

/* inc_ucount(), dec_ucount(); @type is enum ucount_type. Return: 0 or -ENOSPC. */
static inline int ub_charge_ucount(const struct user_namespace *ns, int type)
{
	return VE_HOOK(__ub_charge_ucount(ns, type), 0);
}

static inline void ub_uncharge_ucount(const struct user_namespace *ns, int type)
{
	VE_HOOK(__ub_uncharge_ucount(ns, type));
}

/* clone_mnt(), vfs_create_mount(); free_vfsmnt(). Return: 0 or -ENOSPC. */
static inline int ub_charge_mount(struct mount *mnt)
{
	return VE_HOOK(__ub_charge_mount(mnt), 0);
}

static inline void ub_uncharge_mount(struct mount *mnt)
{
	VE_HOOK(__ub_uncharge_mount(mnt));
}

/* ioctx_alloc(), kill_ioctx(): beside aio_nr. Return: 0 or -EAGAIN. */
static inline int ub_charge_aio(const struct mm_struct *mm, unsigned int nr)
{
	return VE_HOOK(__ub_charge_aio(mm, nr), 0);
}

static inline void ub_uncharge_aio(const struct mm_struct *mm, unsigned int nr)
{
	VE_HOOK(__ub_uncharge_aio(mm, nr));
}

/* cgroup_check_hierarchy_limits(): may another one be made below @above? */
static inline int ub_check_cgroup(struct cgroup *above)
{
	return VE_HOOK(__ub_check_cgroup(above), 0);
}

/* alloc_pipe_info(): a new pipe that may hold @slots pages. Return: 0 or -ENFILE. */
static inline int ub_charge_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	return VE_HOOK(__ub_charge_pipe(pipe, slots), 0);
}

/*
 * pipe_resize_ring(): from ring_size to @slots; what it gets more is charged
 * before, what it gets less is given back when nothing can fail any more.
 * Return: 0 or -EPERM.
 */
static inline int ub_grow_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	return VE_HOOK(__ub_grow_pipe(pipe, slots), 0);
}

static inline void ub_shrink_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	VE_HOOK(__ub_shrink_pipe(pipe, slots));
}

/* free_pipe_info(), failing alloc_pipe_info(): a pipe of @slots pages goes. */
static inline void ub_free_pipe(struct pipe_inode_info *pipe, unsigned int slots)
{
	VE_HOOK(__ub_free_pipe(pipe, slots));
}

/*
 * poll(), select(): arrays above a page are kmemsize. Smaller ones come and go
 * with each call and would cost more to account than they can harm.
 */
static inline gfp_t ub_poll_gfp(size_t size)
{
	return VE_HOOK(size > PAGE_SIZE, 0) ? GFP_KERNEL_ACCOUNT : GFP_KERNEL;
}

#endif /* _VZ_UB_FS_H */
