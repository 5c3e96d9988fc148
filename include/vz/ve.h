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

#include <linux/types.h>
#include <linux/err.h>
#include <linux/jump_label.h>

struct file_system_type;
struct subprocess_info;
struct user_namespace;
struct ve;

#ifdef CONFIG_VE

/* On once the first VE was bound: before that every hook is one jump. */
DECLARE_STATIC_KEY_FALSE(ve_in_use);

void ve_bind_user_ns(struct user_namespace *ns, struct user_namespace *parent);
void ve_release_user_ns(struct user_namespace *ns);

/* Refusals, see ve/refuse.c. Each answers for current. */
int __ve_check_namespaces(unsigned long flags);
int __ve_check_anon_inode(const char *name);
int __ve_check_helper(const struct subprocess_info *info);
bool __ve_may_mount(const struct file_system_type *type);

/* create_new_namespaces(): 0 or -EPERM */
static inline int ve_check_namespaces(unsigned long flags)
{
	return static_branch_unlikely(&ve_in_use) ?
		__ve_check_namespaces(flags) : 0;
}

/* __anon_inode_getfile(): 0 or -EPERM */
static inline int ve_check_anon_inode(const char *name)
{
	return static_branch_unlikely(&ve_in_use) ?
		__ve_check_anon_inode(name) : 0;
}

/* call_usermodehelper_exec(): 0 or -EPERM */
static inline int ve_check_helper(const struct subprocess_info *info)
{
	return static_branch_unlikely(&ve_in_use) ?
		__ve_check_helper(info) : 0;
}

/* mount_capable() */
static inline bool ve_may_mount(const struct file_system_type *type)
{
	return !static_branch_unlikely(&ve_in_use) || __ve_may_mount(type);
}

#else /* !CONFIG_VE */

static inline void ve_bind_user_ns(struct user_namespace *ns,
				   struct user_namespace *parent) { }
static inline void ve_release_user_ns(struct user_namespace *ns) { }
static inline int ve_check_namespaces(unsigned long flags) { return 0; }
static inline int ve_check_anon_inode(const char *name) { return 0; }
static inline int ve_check_helper(const struct subprocess_info *info) { return 0; }
static inline bool ve_may_mount(const struct file_system_type *type) { return true; }

#endif /* CONFIG_VE */
#endif /* _VZ_VE_H */
