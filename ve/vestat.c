// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/vz/vestat: CPU times of VEs, in the format of OpenVZ, byte for byte,
 * because scripts parse it: twelve columns of 20, a line for each VE that is not
 * STOPPED. Whoever looks from inside a VE sees that one. Nothing is owned here.
 *
 * The first four times are in jiffies, the others in ns. Nobody measures how
 * long tasks wait for a CPU, so strv and the latencies are 0.
 */
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>
#include <vz/controller.h>

#include "cputime.h"
#include "loadavg.h"
#include "tasks.h"

#define VESTAT_COLUMNS	12
#define VESTAT_WIDTH	(VESTAT_COLUMNS * 21 - 1)

static void vestat_show_head(struct seq_file *m)
{
	static const char *const heads[VESTAT_COLUMNS] = {
		"VEID", "user", "nice", "system", "uptime", "idle", "strv", "uptime",
		"used", "maxlat", "totlat", "numsched",
	};
	int i;

	seq_printf(m, "%-*s\n", VESTAT_WIDTH, "Version: 2.2");
	for (i = 0; i < VESTAT_COLUMNS; i++)
		seq_printf(m, "%20s%c", heads[i], i < VESTAT_COLUMNS - 1 ? ' ' : '\n');
}

static int vestat_show_ve(struct seq_file *m, struct ve *ve)
{
	struct ve_cpu_time sum;
	struct ve_tasks tasks;
	u64 up;

	if (READ_ONCE(ve->state) == VE_STOPPED)
		return 0;
	if (ve_sum_times(ve, &sum))
		return -ENOMEM;
	ve_count_tasks(ve, &tasks);
	up = ktime_get_boottime_ns() - ve->started;
	seq_printf(m, "%20u %20llu %20llu %20llu %20llu", ve->id, nsecs_to_jiffies64(sum.user),
		   nsecs_to_jiffies64(sum.nice), nsecs_to_jiffies64(sum.system),
		   nsecs_to_jiffies64(up));
	seq_printf(m, " %20llu %20u %20llu %20llu %20u %20u %20llu\n", sum.idle, 0, up,
		   sum.user + sum.nice + sum.system, 0, 0, tasks.switches + ve_dead_switches(ve));
	return 0;
}

static int vestat_show(struct seq_file *m, void *v)
{
	struct ve *self = seq_ve(m), *ve;
	int err = 0;

	vestat_show_head(m);
	if (self)
		return vestat_show_ve(m, self);
	mutex_lock(&ve_mutex);
	list_for_each_entry(ve, &ve_list, list) {
		err = vestat_show_ve(m, ve);
		if (err)
			break;
	}
	mutex_unlock(&ve_mutex);
	return err;
}

/* The folder is made by another fs_initcall(). */
static int __init vestat_init(void)
{
	return proc_create_single("vestat", 0400, proc_vz_dir, vestat_show) ? 0 : -ENOMEM;
}
fs_initcall_sync(vestat_init);
