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

struct ve;
struct user_namespace;

#ifdef CONFIG_VE

/* On once the first VE was bound: before that every hook is one jump. */
DECLARE_STATIC_KEY_FALSE(ve_in_use);

void ve_bind_user_ns(struct user_namespace *ns, struct user_namespace *parent);
void ve_release_user_ns(struct user_namespace *ns);

#else /* !CONFIG_VE */

static inline void ve_bind_user_ns(struct user_namespace *ns,
				   struct user_namespace *parent) { }
static inline void ve_release_user_ns(struct user_namespace *ns) { }

#endif /* CONFIG_VE */
#endif /* _VZ_VE_H */
