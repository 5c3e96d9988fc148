/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct ve: one css of the ve controller, and how to get to it. All of our
 * folders include this, so it calls none of them; what ve/ offers to those above
 * it is in <vz/controller.h>. Hooks in foreign files use <vz/ve.h>.
 *
 * A css is a VE once ve.id was written (ve->id != 0); until then it is
 * transparent and everything in it belongs to the host. Lifetime is the css's:
 * ve_get()/ve_put(). A bound VE never becomes unbound.
 */
#ifndef _VZ_OBJECT_H
#define _VZ_OBJECT_H

#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/kernfs.h>
#include <linux/mutex.h>
#include <linux/user_namespace.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>
#include <vz/abi.h>
#include <vz/beancounter.h>
#include <vz/ve.h>

struct pid_namespace;
struct proc_dir_entry;
struct ve_counts;
struct ve_cpu_time;
struct ve_devices;
struct ve_log;
struct ve_sysctls;
struct venet_ve;

/**
 * struct ve_tasks - what a walk over the tasks of a VE found
 * @total: tasks that are not dead
 * @running: on a run queue
 * @blocked: in uninterruptible sleep, counted in the load
 * @switches: context switches of those tasks
 */
struct ve_tasks {
	unsigned int	total;
	unsigned int	running;
	unsigned int	blocked;
	u64		switches;
};

/**
 * struct ve - a virtual environment
 * @css: our place in the cgroup tree
 * @id: the VE's number, 0 while unbound; written once under ve_mutex, read with READ_ONCE()
 * @state: enum ve_state; changed under ve_mutex or by the exit of init, read with READ_ONCE()
 * @features: bit mask of enum ve_feature, fixed while not STOPPED
 * @uid: whose account the VE's namespaces are put on, fixed while not STOPPED;
 *	invalid when none was named
 * @exit_reason: how the last run ended, a static string
 * @pid_ns: pid namespace of init, NULL when there is none; under ve->lock, RCU for readers
 * @lock: protects @pid_ns and state changes made by exiting tasks; irq-safe
 * @list: link in ve_list (RCU)
 * @ub: the beancounter set
 * @bc: /proc/bc/<id>, NULL when there is none
 * @venet: venet's part, NULL without CONFIG_VE_NET
 * @state_file: notified on each state change
 * @counts: per CPU, allocated when the VE is bound; see ve/tasks.c
 * @started: host's boot time in ns when the VE was last started or restored
 * @flushed: the same when the cgroup's times were last brought up to date
 * @cpu_time: per CPU, see there
 * @cpus: number of CPUs it sees, 0 for all of the host's
 * @netfilter: enum ve_netfilter, fixed while not STOPPED; read with READ_ONCE()
 * @devices: what it may open, see ve/devices.c; RCU
 * @log: its kernel log, see ve/log.c; RCU
 * @sysctls: what its root wrote below /proc/sys, see ve/sysctl_own.c
 * @triggers: open files of its /proc/pressure that have one
 * @boot_id: new with each start, null before the first; under @lock
 */
struct ve {
	struct cgroup_subsys_state	css;
	u32				id;
	int				state;
	u64				features;
	kuid_t				uid;
	const char			*exit_reason;
	struct pid_namespace		*pid_ns;
	spinlock_t			lock;
	struct list_head		list;
	struct beancounter		ub;
	struct proc_dir_entry		*bc;
	struct venet_ve			*venet;
	struct cgroup_file		state_file;
	struct ve_counts __percpu	*counts;
	/* ve/loadavg.c; the rest of it under load_lock */
	unsigned long			avenrun[3];
	struct mutex			load_lock;
	struct delayed_work		load_work;
	struct ve_tasks			tasks;
	unsigned long			tasks_stamp;
	/* ve/cputime.c, under time_lock */
	struct mutex			time_lock;
	u64				started;
	u64				flushed;
	struct ve_cpu_time		*cpu_time;
	unsigned int			cpus;
	unsigned int			netfilter;
	struct ve_devices __rcu		*devices;
	struct ve_log __rcu		*log;
	struct ve_sysctls		*sysctls;
	atomic_t			triggers;
	uuid_t				boot_id;
};

static inline struct ve *css_ve(struct cgroup_subsys_state *css)
{
	return container_of(css, struct ve, css);
}

static inline void ve_get(struct ve *ve)
{
	css_get(&ve->css);
}

static inline void ve_put(struct ve *ve)
{
	css_put(&ve->css);
}

/**
 * task_ve - VE that accounts for a task
 * @task: any task
 *
 * Context: RCU read lock or cgroup_mutex, or @task is exiting. Return: the VE,
 * NULL for the host. Right for zombies. In copy_process() the child still
 * answers NULL: ask for current's.
 */
static inline struct ve *task_ve(struct task_struct *task)
{
	struct ve *ve = container_of(task_css(task, ve_cgrp_id), struct ve, css);

	return READ_ONCE(ve->id) ? ve : NULL;
}

/**
 * current_ve - VE that accounts for current
 *
 * Somebody may just be moving a task of the host elsewhere, so its css is looked
 * at under RCU. A task of a VE never leaves it: what is returned stays while
 * current runs, and a reference may be taken at any time.
 *
 * Context: process context. Return: the VE, NULL for the host.
 */
static inline struct ve *current_ve(void)
{
	struct ve *ve;

	rcu_read_lock();
	ve = task_ve(current);
	rcu_read_unlock();
	return ve;
}

/* VE a user namespace was created in; NULL for the host. */
static inline struct ve *user_ns_ve(const struct user_namespace *ns)
{
	return ns->ve;
}

static inline bool ve_has_feature(const struct ve *ve, enum ve_feature f)
{
	return ve->features & BIT_ULL(f);
}

/* Limits and refusals bite: the VE's own programs are running. */
static inline bool ve_enforces(const struct ve *ve)
{
	return READ_ONCE(ve->state) >= VE_RUNNING;
}

/* The state has changed. */
static inline void ve_notify(struct ve *ve)
{
	cgroup_file_notify(&ve->state_file);
}

/**
 * ve_host_writer - may the opener of a ve.* file change a VE
 * @of: open kernfs file
 *
 * Return: true when it was opened with CAP_SYS_ADMIN in the initial user
 * namespace (a descriptor passed into a VE stays useless there).
 */
static inline bool ve_host_writer(struct kernfs_open_file *of)
{
	return file_ns_capable(of->file, &init_user_ns, CAP_SYS_ADMIN);
}

#endif /* _VZ_OBJECT_H */
