// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that stand for the host's in the /proc of a VE: where they hang,
 * and those that are short. They are permanent; what they show is computed in
 * meminfo.c, cputime.c and loadavg.c for the VE of the mount.
 */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kdev_t.h>
#include <linux/proc_fs.h>
#include <linux/psi.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <uapi/linux/major.h>
#include <vz/controller.h>

#include "cpus.h"
#include "cputime.h"
#include "internal.h"
#include "loadavg.h"
#include "log_read.h"
#include "meminfo.h"
#include "netstat.h"
#include "pressure.h"
#include "proc.h"
#include "refuse.h"

/* Never used; a folder without operations would count as a mount point. */
static const struct inode_operations ve_proc_root_iops;

struct proc_dir_entry ve_proc_root = {
	.namelen	= 2,
	.mode		= S_IFDIR | 0555,
	.nlink		= 2,
	.refcnt		= REFCOUNT_INIT(1),
	.proc_iops	= &ve_proc_root_iops,
	.parent		= &ve_proc_root,
	.subdir		= RB_ROOT,
	.name		= "ve",
};

/* The devices that a VE has, all of them fixed. */
static int devices_show(struct seq_file *m, void *v)
{
	seq_printf(
		m,
		"Character devices:\n%3d mem\n%3d /dev/tty\n%3d /dev/console\n%3d /dev/ptmx\n%3d pts\n\nBlock devices:\n",
		MEM_MAJOR, TTYAUX_MAJOR, TTYAUX_MAJOR, TTYAUX_MAJOR, UNIX98_PTY_SLAVE_MAJOR);
	return 0;
}

/* A VE owns no disk. */
static int partitions_show(struct seq_file *m, void *v)
{
	seq_puts(m, "major minor  #blocks  name\n\n");
	return 0;
}

static int nothing_show(struct seq_file *m, void *v)
{
	return 0;
}

/* The host's may hold its root device and secrets of its boot loader. */
static int cmdline_show(struct seq_file *m, void *v)
{
	seq_puts(m, "quiet\n");
	return 0;
}

static void show_cpu_names(struct seq_file *m, const char *margin)
{
	unsigned int cpu, n = ve_nr_cpus(seq_ve(m));

	seq_puts(m, margin);
	for (cpu = 0; cpu < n; cpu++)
		seq_printf(m, "CPU%-8u", cpu);
	seq_putc(m, '\n');
}

/* Interrupts are the host's: none came to a VE, as "intr 0" of its stat says. */
static int interrupts_show(struct seq_file *m, void *v)
{
	show_cpu_names(m, "           ");
	return 0;
}

static int softirqs_show(struct seq_file *m, void *v)
{
	unsigned int i, cpu, n = ve_nr_cpus(seq_ve(m));

	show_cpu_names(m, "                    ");
	for (i = 0; i < NR_SOFTIRQS; i++) {
		seq_printf(m, "%12s:", softirq_to_name[i]);
		for (cpu = 0; cpu < n; cpu++)
			seq_printf(m, " %10u", 0);
		seq_putc(m, '\n');
	}
	return 0;
}

/* Who may write: a trigger of a VE is bounded whoever sets it, as on the host. */
#define PRESSURE(file, res) \
	{ file, .proc_ops = &ve_pressure_proc_ops, .mode = 0666, .data = res }

static struct {
	const char		*name;
	int			(*show)(struct seq_file *m, void *v);
	struct proc_dir_entry	*de;
	const struct seq_operations *ops;	/* instead of show */
	const struct proc_ops	*proc_ops;	/* the same */
	umode_t			mode;		/* of one with these, else 0444 */
	uintptr_t		data;
} files[] __ro_after_init = {
	{ "meminfo",		ve_meminfo_show },
	{ "cpuinfo",		.ops = &ve_cpuinfo_ops },
	{ "swaps",		ve_swaps_show },
	{ "vmstat",		ve_vmstat_show },
	{ "stat",		ve_stat_show },
	{ "uptime",		ve_uptime_show },
	{ "loadavg",		ve_loadavg_show },
	{ "filesystems",	ve_filesystems_show },
	{ "devices",		devices_show },
	{ "partitions",		partitions_show },
	{ "diskstats",		nothing_show },
	{ "modules",		nothing_show },
	{ "cmdline",		cmdline_show },
	{ "interrupts",		interrupts_show },
	{ "softirqs",		softirqs_show },
	{ "softnet_stat",	ve_softnet_show },
	{ "sockstat",		ve_sockstat_show },
	{ "sockstat6",		ve_sockstat6_show },
	{ "protocols",		ve_protocols_show },
#ifdef CONFIG_PSI
	PRESSURE("cpu", PSI_CPU),
	PRESSURE("io", PSI_IO),
	PRESSURE("memory", PSI_MEM),
#ifdef CONFIG_IRQ_TIME_ACCOUNTING
	PRESSURE("irq", PSI_IRQ),
#endif
#endif
	{ "kmsg",		.proc_ops = &ve_kmsg_proc_ops, .mode = 0400 },
};

struct proc_dir_entry *ve_proc_replacement(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(files[i].name, name))
			return files[i].de;
	return NULL;
}

static int __init ve_proc_init(void)
{
	size_t i;

	/* A kernel without modules has an empty list of them: a VE finds it on each. */
	if (!IS_ENABLED(CONFIG_MODULES) &&
	    !proc_create_single("modules", 0444, NULL, nothing_show))
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i].proc_ops)
			files[i].de = proc_create_data(files[i].name, files[i].mode,
						       &ve_proc_root, files[i].proc_ops,
						       (void *)files[i].data);
		else if (files[i].ops)
			files[i].de = proc_create_seq(files[i].name, 0444,
						      &ve_proc_root, files[i].ops);
		else
			files[i].de = proc_create_single(files[i].name, 0444,
							 &ve_proc_root,
							 files[i].show);
		if (!files[i].de)
			return -ENOMEM;
	}
	return 0;
}
fs_initcall(ve_proc_init);
