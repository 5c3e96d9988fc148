// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the tasks of a VE began: ve.starts, by which those of a restored VE have
 * begun when they did, and not when they were restored. ps and whatever tells a
 * process from a later one of the same number go by that.
 *
 * The time is the task's own, by the host's boot clock; a task that began before
 * this host was booted has one below 0. Nothing is owned here.
 */
#include <linux/cgroup.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <vz/controller.h>

#include "starts.h"

/* What the VE's boot clock is ahead of the host's, ns. */
static s64 clock_offset(struct pid_namespace *ns)
{
	struct task_struct *init;
	s64 offset = 0;

	rcu_read_lock();
	init = find_task_by_pid_ns(1, ns);
	if (init) {
		task_lock(init);
		if (init->nsproxy)
			offset = timespec64_to_ns(&init->nsproxy->time_ns->offsets.boottime);
		task_unlock(init);
	}
	rcu_read_unlock();
	return offset;
}

/* A line for the clock, then one for each task with its number in the VE. */
static int starts_show(struct seq_file *m, void *v)
{
	struct ve *ve = css_ve(seq_css(m));
	struct pid_namespace *ns = ve_get_pid_ns(ve);
	struct css_task_iter it;
	struct task_struct *task;
	pid_t nr;

	if (!ns)
		return 0;
	seq_printf(m, "offset %lld\n", clock_offset(ns));
	css_task_iter_start(&ve->css, 0, &it);
	while ((task = css_task_iter_next(&it))) {
		nr = task_pid_nr_ns(task, ns);
		if (nr)
			seq_printf(m, "%d %lld\n", nr, (s64)task->start_boottime);
	}
	css_task_iter_end(&it);
	put_pid_ns(ns);
	return 0;
}

/* Both clocks move together. A task that is not there, or not any more, is none of ours. */
static void set_start(struct ve *ve, struct pid_namespace *ns, pid_t nr, s64 start)
{
	struct task_struct *task;

	rcu_read_lock();
	task = find_task_by_pid_ns(nr, ns);
	if (task && task_ve(task) == ve) {
		task->start_time += start - task->start_boottime;
		task->start_boottime = start;
	}
	rcu_read_unlock();
}

/* Far from where sums overflow. */
#define FAR	(1LL << 60)

static int set_starts(struct ve *ve, struct pid_namespace *ns, char *text)
{
	s64 shift = 0, when, now = ktime_get_boottime_ns();
	bool clock = false;
	char *line;
	int nr, at;

	while ((line = strsep(&text, "\n"))) {
		at = 0;
		if (!*line)
			continue;
		if (!clock) {
			if (sscanf(line, "offset %lld%n", &when, &at) != 1 || line[at] ||
			    when < -FAR || when > FAR)
				return -EINVAL;
			shift = when - clock_offset(ns);
			clock = true;
			continue;
		}
		if (sscanf(line, "%d %lld%n", &nr, &when, &at) != 2 || line[at] || nr <= 0 ||
		    when < -FAR || when > FAR || when + shift > now)
			return -EINVAL;
		set_start(ve, ns, nr, when + shift);
	}
	return 0;
}

static ssize_t starts_write(struct kernfs_open_file *of, char *buf, size_t nbytes, loff_t off)
{
	struct ve *ve = css_ve(of_css(of));
	struct pid_namespace *ns;
	int err;

	if (!ve_host_writer(of))
		return -EPERM;
	if (READ_ONCE(ve->state) != VE_RESTORING)
		return -EBUSY;
	ns = ve_get_pid_ns(ve);
	if (!ns)
		return -ESRCH;
	err = set_starts(ve, ns, buf);
	put_pid_ns(ns);
	return err ?: nbytes;
}

/**
 * __ve_start_shown - when a task began, as its reader is shown
 * @ns: by the reader's clock
 *
 * Return: the same, but for a host that was booted later, where it is 0.
 */
u64 __ve_start_shown(u64 ns)
{
	return (s64)ns < 0 ? 0 : ns;
}

static struct cftype starts_files[] = {
	{
		.name = "starts",
		.flags = CFTYPE_NOT_ON_ROOT,
		.max_write_len = 5 << 10,
		.seq_show = starts_show,
		.write = starts_write,
	},
	{ }
};

static struct cftype *const starts_all_files[] = { starts_files, NULL };

const struct ve_part ve_starts_part = { .files = starts_all_files };
