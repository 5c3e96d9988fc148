/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VE as seen by the kernel: how to get to it, and the hooks that foreign
 * files call. Every hook is an empty inline when CONFIG_VE is off.
 *
 * Two ways lead to a VE and are never mixed:
 *  - accounting asks the task's css (task_ve(), RCU);
 *  - visibility, refusals, sockets, devices and mounts ask user_ns->ve, set
 *    once when the namespace is created by a process that is already in the
 *    VE's cgroup (user_ns_ve(), no RCU needed while the namespace is held).
 *
 * NULL means the host everywhere.
 */
#ifndef _VZ_VE_H
#define _VZ_VE_H

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/stdarg.h>
#include <linux/types.h>
#include <linux/uidgid_types.h>
#include <vz/hook.h>

struct cgroup;
struct cpumask;
struct file_lock_core;
struct file_system_type;
struct inode;
struct pid;
struct proc_dir_entry;
struct seq_file;
struct subprocess_info;
struct super_block;
struct sysinfo;
struct task_struct;
struct user_namespace;
struct ve;

#ifdef CONFIG_VE

void ve_bind_user_ns(struct user_namespace *ns, struct user_namespace *parent);
void ve_release_user_ns(struct user_namespace *ns);
kuid_t __ve_ns_account(kuid_t creator);

/* Refusals, see ve/refuse.c. Each answers for current. */
int __ve_check_namespaces(unsigned long flags, const struct user_namespace *owner);
int __ve_check_anon_inode(const char *name);
int __ve_check_helper(const struct subprocess_info *info);
int __ve_check_kthread(const char *format, va_list args);
int __ve_check_queue_threads(void);
bool __ve_may_mount(const struct file_system_type *type);
bool __ve_refuses_huge_pages(void);

/* What is the host's, see ve/escape.c. */
bool __ve_refuses_safe_dump(void);
bool __ve_lock_shown(const struct seq_file *m, const struct file_lock_core *lock);
bool __ve_lease_ignored(const struct file_lock_core *lease, const struct file_lock_core *breaker);

/* What a restore may do, see ve/restore.c. */
bool __ve_restores_program(struct mm_struct *mm);
bool __ve_restores_users(const struct user_namespace *ns);

/* What a VE sees of /proc, see ve/visible.c. The viewer is the mount's VE. */
void ve_proc_classify(struct proc_dir_entry *dir, struct proc_dir_entry *de);
struct proc_dir_entry *__ve_proc_entry(const struct super_block *sb,
				       struct proc_dir_entry *de);
void __ve_proc_own(struct inode *inode, const struct proc_dir_entry *de);

/* task_state(): envID and VPid */
void ve_show_task(struct seq_file *m, struct task_struct *task, struct pid *pid);

void __ve_sysinfo(struct sysinfo *info);
u64 __ve_start_shown(u64 ns);

/* Affinity in terms of the CPUs that current's VE sees, see ve/cpus.c. */
void __ve_show_affinity(struct cpumask *mask);
void __ve_take_affinity(struct cpumask *mask);
ssize_t __ve_show_cpu_map(const struct cpumask *map, char *buf);

/*
 * Flag of struct cgroup: it lies below a VE's. A bit that is free in all 6.12
 * releases; a line in cgroup-defs.h would rebuild the kernel for one number.
 * ve/cgroup.c checks at build time that it still is.
 */
#define CGRP_IN_VE	31

/* cgroup_create(): set that flag where it is due */
void ve_mark_cgroup(struct cgroup *cgrp, struct cgroup *parent);

#else /* !CONFIG_VE */

static inline void ve_bind_user_ns(struct user_namespace *ns,
				   struct user_namespace *parent) { }
static inline void ve_release_user_ns(struct user_namespace *ns) { }
static inline void ve_proc_classify(struct proc_dir_entry *dir,
				    struct proc_dir_entry *de) { }
static inline void ve_show_task(struct seq_file *m, struct task_struct *task,
				struct pid *pid) { }
static inline void ve_mark_cgroup(struct cgroup *cgrp, struct cgroup *parent) { }

#endif /* CONFIG_VE */

/* create_user_ns(): on whose account a namespace that @creator makes is put */
static inline kuid_t ve_ns_account(kuid_t creator)
{
	return VE_HOOK(__ve_ns_account(creator), creator);
}

/* create_new_namespaces(): those of @flags, which belong to @owner. Return: 0 or -EPERM */
static inline int ve_check_namespaces(unsigned long flags, const struct user_namespace *owner)
{
	return VE_HOOK(__ve_check_namespaces(flags, owner), 0);
}

/* __anon_inode_getfile(): 0 or -EPERM */
static inline int ve_check_anon_inode(const char *name)
{
	return VE_HOOK(__ve_check_anon_inode(name), 0);
}

/* Somebody wants a kernel thread. Process context. Return: 0 or -EPERM */
static inline int ve_check_kthread(const char *format, va_list args)
{
	return VE_HOOK(__ve_check_kthread(format, args), 0);
}

/* dev_set_threaded(): a thread for each queue. Return: 0 or -EPERM */
static inline int ve_check_queue_threads(void)
{
	return VE_HOOK(__ve_check_queue_threads(), 0);
}

/* call_usermodehelper_exec(): 0 or -EPERM */
static inline int ve_check_helper(const struct subprocess_info *info)
{
	return VE_HOOK(__ve_check_helper(info), 0);
}

/* mount_capable() */
static inline bool ve_may_mount(const struct file_system_type *type)
{
	return VE_HOOK(__ve_may_mount(type), true);
}

/* Where memory of the host's pool of huge pages is asked for: -ENOMEM then */
static inline bool ve_refuses_huge_pages(void)
{
	return VE_HOOK(__ve_refuses_huge_pages(), false);
}

/* do_coredump(): no core below the host's root folder */
static inline bool ve_refuses_safe_dump(void)
{
	return VE_HOOK(__ve_refuses_safe_dump(), false);
}

/*
 * prctl_set_mm_exe_file(): is it a restore that sets the program of @mm, the caller's? Then any
 * file is taken, also one that could not be executed now, and @mm is the VE's from now on.
 */
static inline bool ve_restores_program(struct mm_struct *mm)
{
	return VE_HOOK(__ve_restores_program(mm), false);
}

/* userns_install(): is it a restore whose task, which has threads by now, enters @ns of its VE? */
static inline bool ve_restores_users(const struct user_namespace *ns)
{
	return VE_HOOK(__ve_restores_users(ns), false);
}

/* locks_show(): is @lock one of the VE whose /proc this is */
static inline bool ve_lock_shown(const struct seq_file *m, const struct file_lock_core *lock)
{
	return VE_HOOK(__ve_lock_shown(m, lock), true);
}

/* leases_conflict(): current reads, and @lease is not to hinder it or to hear of it */
static inline bool ve_lease_ignored(const struct file_lock_core *lease,
				    const struct file_lock_core *breaker)
{
	return VE_HOOK(__ve_lease_ignored(lease, breaker), false);
}

/* proc_lookup_de(): @de, what replaces it, or NULL */
static inline struct proc_dir_entry *
ve_proc_entry(const struct super_block *sb, struct proc_dir_entry *de)
{
	return VE_HOOK(__ve_proc_entry(sb, de), de);
}

/* proc_readdir_de() */
static inline bool ve_proc_shown(const struct super_block *sb,
				 struct proc_dir_entry *de)
{
	return VE_HOOK(__ve_proc_entry(sb, de) != NULL, true);
}

/* proc_lookup_de(): files made for a VE belong to its root */
static inline void ve_proc_own(struct inode *inode,
			       const struct proc_dir_entry *de)
{
	VE_HOOK(__ve_proc_own(inode, de));
}

/* do_sysinfo(): memory, load and tasks of current's VE */
static inline void ve_sysinfo(struct sysinfo *info)
{
	VE_HOOK(__ve_sysinfo(info));
}

/* do_task_stat(): when a task began; a restored one may have before the host did */
static inline u64 ve_start_shown(u64 ns)
{
	return VE_HOOK(__ve_start_shown(ns), ns);
}

/* /sys/devices/system/cpu/{online,present}: length of the VE's list, 0 for the host's */
static inline ssize_t ve_show_cpu_map(const struct cpumask *map, char *buf)
{
	return VE_HOOK(__ve_show_cpu_map(map, buf), 0);
}

/* sched_getaffinity(2): host CPUs become the VE's */
static inline void ve_show_affinity(struct cpumask *mask)
{
	VE_HOOK(__ve_show_affinity(mask));
}

/* sched_setaffinity(2): and the other way round */
static inline void ve_take_affinity(struct cpumask *mask)
{
	VE_HOOK(__ve_take_affinity(mask));
}

/* css_populate_dir(), css_clear_dir(): no pressure files, for the cgroup's whole life */
#ifdef CONFIG_VE
#define ve_hides_pressure(cgrp)	test_bit(CGRP_IN_VE, &(cgrp)->flags)
#else
#define ve_hides_pressure(cgrp)	false
#endif

#endif /* _VZ_VE_H */
