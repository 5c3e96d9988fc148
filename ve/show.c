// SPDX-License-Identifier: GPL-2.0-only
/*
 * What system calls and /proc/<pid> tell of a VE: sysinfo(2), and envID and
 * VPid in /proc/<pid>/status. Nothing is owned here.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/loadavg.h>
#include <linux/seq_file.h>
#include <linux/sysinfo.h>
#include <vz/object.h>

#include "loadavg.h"
#include "meminfo.h"

/*
 * For a process of a VE, as its /proc/meminfo and /proc/loadavg. @info holds
 * the host's numbers, memory in pages. Context: may sleep.
 */
void __ve_sysinfo(struct sysinfo *info)
{
	struct ve *ve = user_ns_ve(current_user_ns());
	struct ve_tasks tasks;
	int i;

	if (!ve)
		return;
	ve_meminfo(ve, info);
	for (i = 0; i < ARRAY_SIZE(ve->avenrun); i++)
		info->loads[i] = READ_ONCE(ve->avenrun[i]) << (SI_LOAD_SHIFT - FSHIFT);
	ve_count_tasks(ve, &tasks);
	info->procs = min_t(unsigned int, tasks.total, USHRT_MAX);
}

/* The pid is the one in the task's own namespace. */
void ve_show_task(struct seq_file *m, struct task_struct *task, struct pid *pid)
{
	struct ve *ve;
	u32 id;

	rcu_read_lock();
	ve = task_ve(task);
	id = ve ? ve->id : 0;
	rcu_read_unlock();
	seq_put_decimal_ull(m, "\nenvID:\t", id);
	seq_put_decimal_ull(m, "\nVPid:\t", pid->numbers[pid->level].nr);
}
