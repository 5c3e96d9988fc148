// SPDX-License-Identifier: GPL-2.0-only
/*
 * The number of CPUs that a VE sees: ve.cpus, /proc/cpuinfo, affinity and the
 * lists of /sys/devices/system/cpu.
 *
 * A VE with fewer CPUs than the host still runs on all of them, at the rate
 * that cpu.max gives. Its CPU v stands for every host CPU whose rank among the
 * online ones is v modulo their number, so pinned tasks of many VEs do not all
 * meet on the host's first CPU. getcpu(2) tells the host's CPU: programs use it
 * as an index into what they sized by the possible CPUs.
 *
 * ve->cpus is one word, written from the file; a reader takes what it finds.
 */
#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/cred.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <asm/processor.h>
#include <vz/controller.h>

#include "cpus.h"

/**
 * ve_nr_cpus - CPUs that a VE sees
 * @ve: a bound VE
 *
 * Return: 1 to the number of online CPUs.
 */
unsigned int ve_nr_cpus(const struct ve *ve)
{
	unsigned int online = num_online_cpus(), n = READ_ONCE(ve->cpus);

	return n && n < online ? n : online;
}

/**
 * ve_fold_cpus - which of a VE's CPUs a set of host CPUs is
 * @mask: host CPUs, becomes the VE's; a subset of @online
 * @online: CPUs that there are
 * @n: number of the VE's CPUs
 */
void ve_fold_cpus(struct cpumask *mask, const struct cpumask *online, unsigned int n)
{
	unsigned int cpu, rank = 0;

	/* The bit that is set was looked at before: it is at most cpu. */
	for_each_cpu(cpu, online)
		if (cpumask_test_and_clear_cpu(cpu, mask))
			__cpumask_set_cpu(rank++ % n, mask);
		else
			rank++;
}

/**
 * ve_unfold_cpus - the host CPUs of a VE's
 * @mask: the VE's CPUs, becomes the host's
 * @online: CPUs that there are
 * @n: number of the VE's CPUs
 */
void ve_unfold_cpus(struct cpumask *mask, const struct cpumask *online, unsigned int n)
{
	unsigned int rank = cpumask_weight(online);
	int cpu;

	/* Downwards: the bit that is looked at was not written yet. */
	for (cpu = nr_cpu_ids - 1; cpu >= 0; cpu--) {
		if (!cpumask_test_cpu(cpu, online))
			__cpumask_clear_cpu(cpu, mask);
		else
			__cpumask_assign_cpu(cpu, mask,
					     cpumask_test_cpu(--rank % n, mask));
	}
}

/* The VE whose view of CPUs current has, NULL when that is the host's. */
static const struct ve *ve_folding_current(void)
{
	const struct ve *ve = user_ns_ve(current_user_ns());

	return ve && ve_nr_cpus(ve) < num_online_cpus() ? ve : NULL;
}

void __ve_show_affinity(struct cpumask *mask)
{
	const struct ve *ve = ve_folding_current();

	if (ve)
		ve_fold_cpus(mask, cpu_online_mask, ve_nr_cpus(ve));
}

void __ve_take_affinity(struct cpumask *mask)
{
	const struct ve *ve = ve_folding_current();

	if (ve)
		ve_unfold_cpus(mask, cpu_online_mask, ve_nr_cpus(ve));
}

/* Possible CPUs stay the host's: programs size by them what getcpu(2) indexes. */
ssize_t __ve_show_cpu_map(const struct cpumask *map, char *buf)
{
	const struct ve *ve = ve_folding_current();
	unsigned int n;

	if (!ve || map == cpu_possible_mask)
		return 0;
	n = ve_nr_cpus(ve);
	return n > 1 ? sysfs_emit(buf, "0-%u\n", n - 1) : sysfs_emit(buf, "0\n");
}

/* As cpuinfo_op, up to as many as the VE has. */
static void *ve_cpuinfo_start(struct seq_file *m, loff_t *pos)
{
	void *cpu = cpuinfo_op.start(m, pos);
	unsigned int rank = 0, c;

	if (!cpu)
		return NULL;
	for_each_online_cpu(c)
		rank += c < *pos;
	return rank < ve_nr_cpus(seq_ve(m)) ? cpu : NULL;
}

static void *ve_cpuinfo_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return ve_cpuinfo_start(m, pos);
}

static void ve_cpuinfo_stop(struct seq_file *m, void *v)
{
}

static int ve_cpuinfo_show(struct seq_file *m, void *v)
{
	return cpuinfo_op.show(m, v);
}

const struct seq_operations ve_cpuinfo_ops = {
	.start	= ve_cpuinfo_start,
	.next	= ve_cpuinfo_next,
	.stop	= ve_cpuinfo_stop,
	.show	= ve_cpuinfo_show,
};

static int ve_cpus_show(struct seq_file *m, void *v)
{
	unsigned int n = READ_ONCE(css_ve(seq_css(m))->cpus);

	if (n)
		seq_printf(m, "%u\n", n);
	else
		seq_puts(m, "max\n");
	return 0;
}

/* A number, or "max" for all; 0 is the classic word for "max". */
static ssize_t ve_cpus_write(struct kernfs_open_file *of, char *buf, size_t nbytes,
			     loff_t off)
{
	unsigned int n = 0;

	if (!ve_host_writer(of))
		return -EPERM;
	buf = strstrip(buf);
	if (strcmp(buf, "max") && (!isdigit(*buf) || kstrtouint(buf, 10, &n)))
		return -EINVAL;
	WRITE_ONCE(css_ve(of_css(of))->cpus, n);
	return nbytes;
}

static struct cftype cpus_files[] = {
	{
		.name = "cpus",
		.flags = CFTYPE_NOT_ON_ROOT,
		.seq_show = ve_cpus_show,
		.write = ve_cpus_write,
	},
	{ }
};

static struct cftype *const cpus_all_files[] = { cpus_files, NULL };

const struct ve_part ve_cpus_part = { .files = cpus_all_files };
