// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU times of a VE: /proc/stat and /proc/uptime.
 *
 * User and system time per CPU are those of the VE's cgroup since the VE was
 * started or restored, steal is what it waited for that CPU (see steal.c), idle is
 * the rest of the time since then. A VE that sees fewer CPUs than there are is
 * shown an even part on each: cpu.max bounds the sum. What is shown as idle never
 * goes back. Interrupts belong to the host.
 *
 * Bringing the sums of a cgroup up to date takes a lock of the whole host, and
 * readers in a VE decide how often: so it is done ten times a second at most,
 * and all that is shown is as of then. All of it is under time_lock; the array
 * lives as long as the bound VE.
 */
#include <linux/cgroup.h>
#include <linux/kernel_stat.h>
#include <linux/math64.h>
#include <linux/sched/cputime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <vz/controller.h>

#include "cpus.h"
#include "cputime.h"
#include "loadavg.h"
#include "steal.h"
#include "tasks.h"

static int ve_time_arm(struct ve *ve, u32 id)
{
	ve->cpu_time = kcalloc(nr_cpu_ids, sizeof(*ve->cpu_time), GFP_KERNEL);
	return ve->cpu_time ? 0 : -ENOMEM;
}

static void ve_time_free(struct ve *ve)
{
	kfree(ve->cpu_time);
}

#define FLUSH_NS	(NSEC_PER_SEC / 10)

/* Under time_lock. May sleep. What was told once is never taken back. */
static void read_waits(struct ve *ve)
{
	u64 *waited;
	int cpu;

	for_each_possible_cpu(cpu) {
		waited = &ve->cpu_time[cpu].waited;
		*waited = max(*waited, ve_waited_on(ve, cpu));
	}
}

/* Under time_lock. May sleep. */
static void flush_times(struct ve *ve, bool now)
{
	if (!now && ktime_get_boottime_ns() - ve->flushed < FLUSH_NS)
		return;
	cgroup_rstat_flush(ve->css.cgroup);
	read_waits(ve);
	ve->flushed = ktime_get_boottime_ns();
}

/**
 * ve_flush_sums - let what the cgroup's controllers say be at most 0.1 s old
 * @ve: a bound VE
 *
 * Context: may sleep.
 */
void ve_flush_sums(struct ve *ve)
{
	mutex_lock(&ve->time_lock);
	flush_times(ve, false);
	mutex_unlock(&ve->time_lock);
}

/* After flush_times(). */
static void cgroup_times(struct ve *ve, int cpu, struct ve_cpu_time *t)
{
	struct cgroup_base_stat *st =
		&per_cpu_ptr(ve->css.cgroup->rstat_cpu, cpu)->subtree_bstat;

	t->nice = READ_ONCE(st->ntime);
	t->user = READ_ONCE(st->cputime.utime);
	t->user -= min(t->user, t->nice);
	t->system = READ_ONCE(st->cputime.stime);
	t->steal = ve->cpu_time[cpu].waited;
}

/* The VE is started: all times begin at 0. */
static void ve_time_start(struct ve *ve)
{
	int cpu;

	mutex_lock(&ve->time_lock);
	flush_times(ve, true);
	ve->started = ve->flushed;
	for_each_possible_cpu(cpu) {
		cgroup_times(ve, cpu, &ve->cpu_time[cpu]);
		ve->cpu_time[cpu].idle = 0;
	}
	mutex_unlock(&ve->time_lock);
}

const struct ve_part ve_time_part = {
	.arm	= ve_time_arm,
	.start	= ve_time_start,
	.free	= ve_time_free,
};

/* Used on a CPU of the host. Call after flush_times(), under time_lock. */
static void used_on(struct ve *ve, int cpu, struct ve_cpu_time *t)
{
	const struct ve_cpu_time *base = &ve->cpu_time[cpu];

	cgroup_times(ve, cpu, t);
	t->user -= min(t->user, base->user);
	t->nice -= min(t->nice, base->nice);
	t->system -= min(t->system, base->system);
	t->steal = ve_shows_steal() ? t->steal - min(t->steal, base->steal) : 0;
}

/* All that was used, an even part for each of the VE's CPUs. */
static void used_evenly(struct ve *ve, unsigned int n, struct ve_cpu_time *t)
{
	struct ve_cpu_time sum = { }, one;
	unsigned int v;
	int cpu;

	for_each_possible_cpu(cpu) {
		used_on(ve, cpu, &one);
		sum.user += one.user;
		sum.nice += one.nice;
		sum.system += one.system;
		sum.steal += one.steal;
	}
	for (v = 0; v < n; v++)
		t[v] = (struct ve_cpu_time){
			.user	= div_u64(sum.user, n),
			.nice	= div_u64(sum.nice, n),
			.system	= div_u64(sum.system, n),
			.steal	= div_u64(sum.steal, n),
		};
}

/*
 * Times of the @n CPUs that the VE sees into @t. With as many as the host has
 * each is one of the host's. Under time_lock.
 */
static void cpu_times(struct ve *ve, unsigned int n, struct ve_cpu_time *t)
{
	u64 wall = ve->flushed - ve->started, used;
	unsigned int v = 0;
	int cpu;

	if (n < num_online_cpus())
		used_evenly(ve, n, t);
	else
		for_each_online_cpu(cpu)
			if (v < n)
				used_on(ve, cpu, &t[v++]);
	for (v = 0; v < n; v++) {
		u64 *idle = &ve->cpu_time[v].idle;

		used = t[v].user + t[v].nice + t[v].system;
		t[v].steal = min(t[v].steal, wall > used ? wall - used : 0);
		used += t[v].steal;
		if (wall > used)
			*idle = max(*idle, wall - used);
		t[v].idle = *idle;
	}
}

/*
 * Times of all CPUs that the VE sees, and their number. Return: an array to
 * be freed, NULL without memory. May sleep.
 */
static struct ve_cpu_time *all_times(struct ve *ve, unsigned int *n)
{
	struct ve_cpu_time *t;

	*n = ve_nr_cpus(ve);
	t = kcalloc(*n, sizeof(*t), GFP_KERNEL);
	if (!t)
		return NULL;
	mutex_lock(&ve->time_lock);
	flush_times(ve, false);
	cpu_times(ve, *n, t);
	mutex_unlock(&ve->time_lock);
	return t;
}

/**
 * ve_sum_times - CPU times of a VE since it was started or restored
 * @ve: a bound VE
 * @sum: times of all CPUs that it sees
 *
 * Context: may sleep. Return: 0 or -ENOMEM.
 */
int ve_sum_times(struct ve *ve, struct ve_cpu_time *sum)
{
	struct ve_cpu_time *t;
	unsigned int n, v;

	t = all_times(ve, &n);
	if (!t)
		return -ENOMEM;
	memset(sum, 0, sizeof(*sum));
	for (v = 0; v < n; v++) {
		sum->user += t[v].user;
		sum->nice += t[v].nice;
		sum->system += t[v].system;
		sum->steal += t[v].steal;
		sum->idle += t[v].idle;
	}
	kfree(t);
	return 0;
}

static void show_times(struct seq_file *m, const struct ve_cpu_time *t)
{
	seq_printf(m, " %llu %llu %llu %llu 0 0 0 %llu 0 0\n",
		   nsec_to_clock_t(t->user), nsec_to_clock_t(t->nice),
		   nsec_to_clock_t(t->system), nsec_to_clock_t(t->idle),
		   nsec_to_clock_t(t->steal));
}

int ve_stat_show(struct seq_file *m, void *unused)
{
	struct ve *ve = seq_ve(m);
	struct ve_cpu_time sum = { }, *t;
	struct timespec64 boottime;
	struct ve_tasks tasks;
	unsigned int n, v;

	t = all_times(ve, &n);
	if (!t)
		return -ENOMEM;
	for (v = 0; v < n; v++) {
		sum.user += t[v].user;
		sum.nice += t[v].nice;
		sum.system += t[v].system;
		sum.steal += t[v].steal;
		sum.idle += t[v].idle;
	}
	seq_puts(m, "cpu ");
	show_times(m, &sum);
	for (v = 0; v < n; v++) {
		seq_printf(m, "cpu%u", v);
		show_times(m, &t[v]);
	}
	kfree(t);

	ve_count_tasks(ve, &tasks);
	getboottime64(&boottime);
	timens_sub_boottime(&boottime);
	seq_printf(
		m,
		"intr 0\nctxt %llu\nbtime %llu\nprocesses %lu\nprocs_running %u\nprocs_blocked %u\n",
		tasks.switches + ve_dead_switches(ve), (unsigned long long)boottime.tv_sec,
		ve_nr_forks(ve), tasks.running, tasks.blocked);
	seq_puts(m, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

int ve_uptime_show(struct seq_file *m, void *unused)
{
	struct timespec64 up, idle;
	struct ve_cpu_time sum;

	if (ve_sum_times(seq_ve(m), &sum))
		return -ENOMEM;
	idle = ns_to_timespec64(sum.idle);
	ktime_get_boottime_ts64(&up);
	timens_add_boottime(&up);
	seq_printf(m, "%lu.%02lu %lu.%02lu\n",
		   (unsigned long)up.tv_sec, up.tv_nsec / (NSEC_PER_SEC / 100),
		   (unsigned long)idle.tv_sec, idle.tv_nsec / (NSEC_PER_SEC / 100));
	return 0;
}
