// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many tasks a VE has, had, and how often they were switched.
 *
 * Owns ve->counts, per CPU, which lives as long as the bound VE. A fork or an
 * exit changes a word of its own CPU and nothing that CPUs share; whoever wants
 * a sum pays for it. Only the end of a VE needs to notice that no task is left,
 * see ve_task_leave().
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include "tasks.h"

static int ve_tasks_arm(struct ve *ve, u32 id)
{
	ve->counts = alloc_percpu(struct ve_counts);
	return ve->counts ? 0 : -ENOMEM;
}

static void ve_tasks_free(struct ve *ve)
{
	free_percpu(ve->counts);
}

const struct ve_part ve_tasks_part = {
	.arm	= ve_tasks_arm,
	.free	= ve_tasks_free,
};

/* A task is about to run in @ve: can_fork or can_attach. */
void ve_task_enter(struct ve *ve)
{
	this_cpu_inc(ve->counts->entered);
}

/* The fork has worked. */
void ve_task_forked(struct ve *ve)
{
	this_cpu_inc(ve->counts->forks);
}

/* @task exits: what it leaves for the sums. */
void ve_task_switches(struct ve *ve, struct task_struct *task)
{
	this_cpu_add(ve->counts->switches, task->nvcsw + task->nivcsw);
}

/**
 * ve_nr_tasks - tasks that may still run: from can_fork or can_attach to exit
 * @ve: a bound VE
 *
 * Those who left are counted first. Whoever is seen to have left is also seen
 * to have entered, so the result is never less than what there was at some time
 * in between, and 0 means that nobody was there.
 *
 * Context: any.
 */
unsigned int ve_nr_tasks(const struct ve *ve)
{
	unsigned long left = 0, entered = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		left += READ_ONCE(per_cpu_ptr(ve->counts, cpu)->left);
	/* Pairs with the first barrier of ve_task_leave(). */
	smp_mb();
	for_each_possible_cpu(cpu)
		entered += READ_ONCE(per_cpu_ptr(ve->counts, cpu)->entered);
	return entered - left;
}

/*
 * A task of @ve will not run any more: exit, or entering was cancelled. The
 * last one stops the VE. Init has set STOPPING before it leaves itself, so
 * either it finds that somebody left, or that one finds STOPPING.
 */
void ve_task_leave(struct ve *ve)
{
	bool stopped = false;
	unsigned long flags;

	/* Entering, perhaps on another CPU, comes before leaving. */
	smp_mb();
	this_cpu_inc(ve->counts->left);
	/* Pairs with itself in init: see above. */
	smp_mb();
	if (READ_ONCE(ve->state) != VE_STOPPING)
		return;
	spin_lock_irqsave(&ve->lock, flags);
	if (ve->state == VE_STOPPING && !ve_nr_tasks(ve)) {
		WRITE_ONCE(ve->state, VE_STOPPED);
		stopped = true;
	}
	spin_unlock_irqrestore(&ve->lock, flags);
	if (stopped)
		ve_notify(ve);
}

unsigned long ve_nr_forks(const struct ve *ve)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(ve->counts, cpu)->forks);
	return sum;
}

u64 ve_dead_switches(const struct ve *ve)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(ve->counts, cpu)->switches);
	return sum;
}
