// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load of a VE: /proc/loadavg, ve.loadavg with the same line for the host, and
 * the walk over its tasks that /proc/stat and sysinfo(2) use too.
 *
 * A delayed work of each bound VE samples it every LOAD_FREQ; it is armed when
 * the VE is bound and stopped in css_offline. The result of a walk is kept for
 * a tenth of a second, so that readers in a VE cannot make the host walk all
 * the time. load_lock protects that result; avenrun is read without it.
 */
#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/pid_namespace.h>
#include <linux/sched/loadavg.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <vz/controller.h>

#include "loadavg.h"
#include "tasks.h"

static void ve_walk_tasks(struct ve *ve, struct ve_tasks *t)
{
	struct css_task_iter it;
	struct task_struct *task;

	memset(t, 0, sizeof(*t));
	css_task_iter_start(&ve->css, 0, &it);
	while ((task = css_task_iter_next(&it))) {
		unsigned int state = READ_ONCE(task->__state);

		t->total++;
		t->switches += READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
		if (state == TASK_RUNNING)
			t->running++;
		else if ((state & TASK_UNINTERRUPTIBLE) &&
			 !(state & (TASK_NOLOAD | TASK_FROZEN)))
			t->blocked++;
	}
	css_task_iter_end(&it);
}

/**
 * ve_count_tasks - how many tasks a VE has and what they do
 * @ve: a bound VE
 * @tasks: the answer, at most a tenth of a second old
 *
 * Context: may sleep.
 */
void ve_count_tasks(struct ve *ve, struct ve_tasks *tasks)
{
	mutex_lock(&ve->load_lock);
	if (!ve->tasks_stamp ||
	    time_after(jiffies, ve->tasks_stamp + HZ / 10)) {
		ve_walk_tasks(ve, &ve->tasks);
		ve->tasks_stamp = jiffies ?: 1;
	}
	*tasks = ve->tasks;
	mutex_unlock(&ve->load_lock);
}

static void ve_load_sample(struct work_struct *work)
{
	static const unsigned long decay[] = { EXP_1, EXP_5, EXP_15 };
	struct ve *ve = container_of(to_delayed_work(work), struct ve, load_work);
	struct ve_tasks t = { };
	unsigned long active;
	int i;

	if (ve_nr_tasks(ve))
		ve_count_tasks(ve, &t);
	active = (t.running + t.blocked) * FIXED_1;
	for (i = 0; i < ARRAY_SIZE(decay); i++)
		WRITE_ONCE(ve->avenrun[i],
			   calc_load(ve->avenrun[i], decay[i], active));
	queue_delayed_work(system_unbound_wq, &ve->load_work, LOAD_FREQ);
}

static int ve_load_arm(struct ve *ve, u32 id)
{
	INIT_DELAYED_WORK(&ve->load_work, ve_load_sample);
	return 0;
}

static void ve_load_online(struct ve *ve)
{
	queue_delayed_work(system_unbound_wq, &ve->load_work, LOAD_FREQ);
}

static void ve_load_offline(struct ve *ve)
{
	cancel_delayed_work_sync(&ve->load_work);
}

/* A new run starts with no load. */
static void ve_load_start(struct ve *ve)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ve->avenrun); i++)
		WRITE_ONCE(ve->avenrun[i], 0);
}

static void ve_load_show(struct seq_file *m, struct ve *ve)
{
	struct pid_namespace *ns;
	struct ve_tasks tasks;
	unsigned long load;
	int i, last = 0;

	for (i = 0; i < ARRAY_SIZE(ve->avenrun); i++) {
		load = READ_ONCE(ve->avenrun[i]) + FIXED_1 / 200;
		seq_printf(m, "%lu.%02lu ", LOAD_INT(load), LOAD_FRAC(load));
	}
	ve_count_tasks(ve, &tasks);
	ns = ve_get_pid_ns(ve);
	if (ns) {
		last = idr_get_cursor(&ns->idr) - 1;
		put_pid_ns(ns);
	}
	seq_printf(m, "%u/%u %d\n", tasks.running, tasks.total, last);
}

int ve_loadavg_show(struct seq_file *m, void *v)
{
	ve_load_show(m, seq_ve(m));
	return 0;
}

/* The host need not follow a path of the VE to learn its load. */
static int ve_load_file_show(struct seq_file *m, void *v)
{
	struct ve *ve = css_ve(seq_css(m));

	if (READ_ONCE(ve->id))
		ve_load_show(m, ve);
	return 0;
}

static struct cftype loadavg_files[] = {
	{
		.name = "loadavg",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_load_file_show,
	},
	{ }
};

static struct cftype *const loadavg_all_files[] = { loadavg_files, NULL };

const struct ve_part ve_load_part = {
	.arm		= ve_load_arm,
	.online		= ve_load_online,
	.start		= ve_load_start,
	.offline	= ve_load_offline,
	.files		= loadavg_all_files,
};
