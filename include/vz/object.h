/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct ve: one css of the ve controller. Only our own files include this;
 * hooks in foreign files use <vz/ve.h>.
 *
 * A css is a VE once ve.id was written (ve->id != 0); until then it is
 * transparent and everything in it belongs to the host. Lifetime is the css's:
 * ve_get()/ve_put(). A bound VE never becomes unbound.
 */
#ifndef _VZ_OBJECT_H
#define _VZ_OBJECT_H

#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/user_namespace.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>
#include <vz/abi.h>
#include <vz/beancounter.h>
#include <vz/ve.h>

struct pid_namespace;
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
 * struct ve_cpu_time - one CPU's times of a VE, ns
 * @user: what the cgroup had used when the VE was started, without @nice
 * @nice: the same
 * @system: the same
 * @idle: largest idle time shown since then: it never goes back
 */
struct ve_cpu_time {
	u64	user;
	u64	nice;
	u64	system;
	u64	idle;
};

/**
 * struct ve_counts - what one CPU has counted
 * @entered: tasks that were about to run in the VE
 * @left: tasks that will not run any more
 * @forks: tasks forked into it, for /proc/stat
 * @switches: context switches of tasks that are gone, for /proc/stat
 */
struct ve_counts {
	unsigned long	entered;
	unsigned long	left;
	unsigned long	forks;
	u64		switches;
};

/**
 * struct ve - a virtual environment
 * @css: our place in the cgroup tree
 * @id: the VE's number, 0 while unbound; written once under ve_mutex, read with READ_ONCE()
 * @state: enum ve_state; changed under ve_mutex or by the exit of init, read with READ_ONCE()
 * @features: bit mask of enum ve_feature, fixed while not STOPPED
 * @uid: whose account the VE's namespaces are put on, fixed while not STOPPED; invalid when none was named
 * @exit_reason: how the last run ended, a static string
 * @pid_ns: pid namespace of init, NULL when there is none; under ve->lock, RCU for readers
 * @lock: protects @pid_ns and state changes made by exiting tasks; irq-safe
 * @list: link in ve_list (RCU)
 * @ub: the beancounter set
 * @venet: venet's part, NULL without CONFIG_VE_NET
 * @state_file: notified on each state change
 * @counts: per CPU, allocated when the VE is bound; see ve/tasks.c
 * @started: host's boot time in ns when the VE was last started or restored
 * @cpu_time: per CPU, see there
 * @cpus: number of CPUs it sees, 0 for all of the host's
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
	struct ve_cpu_time		*cpu_time;
	unsigned int			cpus;
	uuid_t				boot_id;
};

/* All bound VEs, in order of binding. Writers: ve_mutex; readers: RCU. */
extern struct list_head ve_list;
extern struct mutex ve_mutex;

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

/**
 * ve_find - look a bound VE up by id
 * @id: 1..VE_ID_MAX
 *
 * Context: takes RCU itself, any context. Return: the VE with a reference, or NULL.
 */
struct ve *ve_find(u32 id);

/**
 * ve_get_pid_ns - pid namespace of a VE's init
 * @ve: a bound VE
 *
 * Context: any. Return: the namespace with a reference, NULL when the VE has
 * no init.
 */
struct pid_namespace *ve_get_pid_ns(struct ve *ve);

/**
 * ve_host_writer - may the opener of a ve.* file change a VE
 * @of: open kernfs file
 *
 * Return: true when it was opened with CAP_SYS_ADMIN in the initial user
 * namespace (a descriptor passed into a VE stays useless there).
 */
bool ve_host_writer(struct kernfs_open_file *of);

/* /proc/vz; made before any device initcall. */
extern struct proc_dir_entry *proc_vz_dir;

/* The VE whose /proc @m shows: that of the mount. NULL for the host. */
struct ve *seq_ve(struct seq_file *m);

/* Between the files of ve/, see there. */
void ve_notify(struct ve *ve);
int ve_next_state(enum ve_state from, enum ve_state to, bool init, bool empty);
int ve_set_state(struct ve *ve, enum ve_state to);
int ve_set_features(struct ve *ve, u64 features);
int ve_set_uid(struct ve *ve, kuid_t uid);
int ve_bind(struct ve *ve, u32 id);
void ve_unlist(struct ve *ve);
bool ve_may_enter(const struct ve *from, const struct ve *to);
int ve_counts_init(struct ve *ve);
void ve_counts_free(struct ve *ve);
void ve_task_enter(struct ve *ve);
void ve_task_leave(struct ve *ve);
void ve_task_forked(struct ve *ve);
void ve_task_switches(struct ve *ve, struct task_struct *task);
unsigned int ve_nr_tasks(const struct ve *ve);
unsigned long ve_nr_forks(const struct ve *ve);
u64 ve_dead_switches(const struct ve *ve);
void ve_note_init(struct ve *ve, struct task_struct *task);
void ve_note_exit(struct ve *ve, struct task_struct *task);
void ve_load_start(struct ve *ve);
void ve_load_stop(struct ve *ve);
void ve_load_reset(struct ve *ve);
void ve_count_tasks(struct ve *ve, struct ve_tasks *tasks);
int ve_time_init(struct ve *ve);
void ve_time_start(struct ve *ve);
void ve_time_free(struct ve *ve);
void ve_boot_id_new(struct ve *ve);
unsigned int ve_nr_cpus(const struct ve *ve);
void ve_fold_cpus(struct cpumask *mask, const struct cpumask *online, unsigned int n);
void ve_unfold_cpus(struct cpumask *mask, const struct cpumask *online, unsigned int n);
extern const struct seq_operations ve_cpuinfo_ops;
void ve_meminfo(struct ve *ve, struct sysinfo *si);
void ve_meminfo_print(struct seq_file *m, struct ve *ve);
int ve_meminfo_show(struct seq_file *m, void *v);
int ve_swaps_show(struct seq_file *m, void *v);
int ve_vmstat_show(struct seq_file *m, void *v);
int ve_stat_show(struct seq_file *m, void *v);
int ve_uptime_show(struct seq_file *m, void *v);
int ve_loadavg_show(struct seq_file *m, void *v);
int ve_filesystems_show(struct seq_file *m, void *v);
extern const char *const ve_state_names[VE_NR_STATES];
extern const char *const ve_feature_names[VE_NR_FEATURES];

#endif /* _VZ_OBJECT_H */
