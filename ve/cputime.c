// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU times of a VE: /proc/stat and /proc/uptime.
 *
 * User and system time per CPU are those of the VE's cgroup since the VE was
 * started or restored, idle is the rest of the time since then. What is shown
 * as idle never goes back. Interrupts belong to the host. All of it is under
 * time_lock; the array lives as long as the bound VE.
 */
#include <linux/cgroup.h>
#include <linux/kernel_stat.h>
#include <linux/sched/cputime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <vz/object.h>

int ve_time_init(struct ve *ve)
{
	ve->cpu_time = kcalloc(nr_cpu_ids, sizeof(*ve->cpu_time), GFP_KERNEL);
	return ve->cpu_time ? 0 : -ENOMEM;
}

void ve_time_free(struct ve *ve)
{
	kfree(ve->cpu_time);
}

/* After cgroup_rstat_flush(). */
static void cgroup_times(struct ve *ve, int cpu, struct ve_cpu_time *t)
{
	struct cgroup_base_stat *st =
		&per_cpu_ptr(ve->css.cgroup->rstat_cpu, cpu)->subtree_bstat;

	t->nice = READ_ONCE(st->ntime);
	t->user = READ_ONCE(st->cputime.utime);
	t->user -= min(t->user, t->nice);
	t->system = READ_ONCE(st->cputime.stime);
}

/* The VE is started: all times begin at 0. */
void ve_time_start(struct ve *ve)
{
	int cpu;

	cgroup_rstat_flush(ve->css.cgroup);
	mutex_lock(&ve->time_lock);
	ve->started = ktime_get_boottime_ns();
	for_each_possible_cpu(cpu) {
		cgroup_times(ve, cpu, &ve->cpu_time[cpu]);
		ve->cpu_time[cpu].idle = 0;
	}
	mutex_unlock(&ve->time_lock);
}

/* Call after cgroup_rstat_flush(), under time_lock. */
static void cpu_times(struct ve *ve, int cpu, struct ve_cpu_time *t)
{
	struct ve_cpu_time *base = &ve->cpu_time[cpu];
	u64 wall = ktime_get_boottime_ns() - ve->started, used;

	cgroup_times(ve, cpu, t);
	t->user -= min(t->user, base->user);
	t->nice -= min(t->nice, base->nice);
	t->system -= min(t->system, base->system);
	used = t->user + t->nice + t->system;
	if (wall > used)
		base->idle = max(base->idle, wall - used);
	t->idle = base->idle;
}

static void show_times(struct seq_file *m, const struct ve_cpu_time *t)
{
	seq_printf(m, " %llu %llu %llu %llu 0 0 0 0 0 0\n",
		   nsec_to_clock_t(t->user), nsec_to_clock_t(t->nice),
		   nsec_to_clock_t(t->system), nsec_to_clock_t(t->idle));
}

int ve_stat_show(struct seq_file *m, void *v)
{
	struct ve *ve = seq_ve(m);
	struct ve_cpu_time sum = { }, t;
	struct timespec64 boottime;
	struct ve_tasks tasks;
	int cpu;

	cgroup_rstat_flush(ve->css.cgroup);
	mutex_lock(&ve->time_lock);
	for_each_online_cpu(cpu) {
		cpu_times(ve, cpu, &t);
		sum.user += t.user;
		sum.nice += t.nice;
		sum.system += t.system;
		sum.idle += t.idle;
	}
	seq_puts(m, "cpu ");
	show_times(m, &sum);
	for_each_online_cpu(cpu) {
		cpu_times(ve, cpu, &t);
		seq_printf(m, "cpu%d", cpu);
		show_times(m, &t);
	}
	mutex_unlock(&ve->time_lock);

	ve_count_tasks(ve, &tasks);
	getboottime64(&boottime);
	timens_sub_boottime(&boottime);
	seq_printf(m, "intr 0\nctxt %llu\nbtime %llu\nprocesses %lu\nprocs_running %u\nprocs_blocked %u\n",
		   tasks.switches + atomic64_read(&ve->dead_switches),
		   (unsigned long long)boottime.tv_sec,
		   atomic_long_read(&ve->nr_forks), tasks.running, tasks.blocked);
	seq_puts(m, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

/* Sum of idle time over CPUs, ns. May sleep. */
u64 ve_idle_time(struct ve *ve)
{
	struct ve_cpu_time t;
	u64 idle = 0;
	int cpu;

	cgroup_rstat_flush(ve->css.cgroup);
	mutex_lock(&ve->time_lock);
	for_each_online_cpu(cpu) {
		cpu_times(ve, cpu, &t);
		idle += t.idle;
	}
	mutex_unlock(&ve->time_lock);
	return idle;
}

int ve_uptime_show(struct seq_file *m, void *v)
{
	struct timespec64 up, idle = ns_to_timespec64(ve_idle_time(seq_ve(m)));

	ktime_get_boottime_ts64(&up);
	timens_add_boottime(&up);
	seq_printf(m, "%lu.%02lu %lu.%02lu\n",
		   (unsigned long)up.tv_sec, up.tv_nsec / (NSEC_PER_SEC / 100),
		   (unsigned long)idle.tv_sec, idle.tv_nsec / (NSEC_PER_SEC / 100));
	return 0;
}
