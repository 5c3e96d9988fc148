// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/bc/<id>/ beside resources: one table of names and the functions that
 * print them. Owns nothing; the folder is made and removed in proc.c, which
 * keeps the struct ve for a reader. NULL is the host, UB 0, for which the
 * kernel's own counters are shown, VEs included.
 */
#include <linux/memcontrol.h>
#include <linux/mmzone.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include <vz/object.h>
#include "counter.h"
#include "io.h"

#define UB_KEY	"\t%-20s %21llu\n"

static void ub_key(struct seq_file *m, const char *key, u64 value)
{
	seq_printf(m, UB_KEY, key, value);
}

/* Sectors of the block layer, 0 in a kernel without VM events; pages that became dirty. */
static void ub_host_io(struct ub_io_stat *sum)
{
	unsigned long events[NR_VM_EVENT_ITEMS] = { };

	all_vm_events(events);
	*sum = (struct ub_io_stat){
		.read	= (u64)events[PGPGIN] << SECTOR_SHIFT,
		.write	= (u64)events[PGPGOUT] << SECTOR_SHIFT,
		.dirty	= (u64)global_node_page_state(NR_DIRTIED) << PAGE_SHIFT,
	};
}

/* Pages that wait to be written. May sleep. */
static u64 ub_dirty_pages(struct ve *ve)
{
	struct mem_cgroup *memcg = ve ? ub_get_memcg(ve) : NULL;
	u64 pages;

	if (!ve)
		return global_node_page_state(NR_FILE_DIRTY);
	if (!memcg)
		return 0;
	mem_cgroup_flush_stats_ratelimited(memcg);
	pages = memcg_page_state(memcg, NR_FILE_DIRTY);
	mem_cgroup_put(memcg);
	return pages;
}

/* What has no counter here is 0: a page is never missed, FUSE is not counted apart. */
static int ub_ioacct_show(struct seq_file *m, struct ve *ve)
{
	static const char *const total[] = {
		"syncs_total", "fsyncs_total", "fdatasyncs_total", "range_syncs_total",
	};
	static const char *const active[] = {
		"syncs_active", "fsyncs_active", "fdatasyncs_active", "range_syncs_active",
	};
	struct ub_io_stat sum;
	int i;

	if (ve)
		ub_io_sum(ub_counters(ve)->io, &sum);
	else
		ub_host_io(&sum);
	ub_key(m, "read", sum.read);
	ub_key(m, "write", sum.write);
	ub_key(m, "dirty", sum.dirty);
	ub_key(m, "cancel", sum.cancel);
	ub_key(m, "missed", 0);
	for (i = 0; i < UB_IO_NR_SYNCS; i++)
		ub_key(m, total[i], sum.syncs[i]);
	for (i = 0; i < UB_IO_NR_SYNCS; i++)
		ub_key(m, active[i], sum.syncs[i] - sum.synced[i]);
	ub_key(m, "io_pbs", ub_dirty_pages(ve));
	ub_key(m, "fuse_requests", 0);
	ub_key(m, "fuse_bytes", 0);
	return 0;
}

static const struct ub_ve_file {
	const char *name;
	int (*show)(struct seq_file *m, struct ve *ve);
} ub_ve_files[] = {
	{ "ioacct",	ub_ioacct_show },
};

/* The file's name says what to print. */
static int ub_ve_show(struct seq_file *m, void *v)
{
	const char *name = m->file->f_path.dentry->d_name.name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ub_ve_files); i++)
		if (!strcmp(ub_ve_files[i].name, name))
			return ub_ve_files[i].show(m, m->private);
	return -ENOENT;
}

static int ub_ve_open(struct inode *inode, struct file *file)
{
	if (!ub_may_open(file))
		return -EPERM;
	return single_open(file, ub_ve_show, pde_data(inode));
}

static const struct proc_ops ub_ve_proc = {
	.proc_open	= ub_ve_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

/**
 * ub_proc_add_files - fill /proc/bc/<id>
 * @dir: the folder; whoever removes it removes the files
 * @ve: VE, NULL for the host
 *
 * Context: may sleep. Return: false when a file cannot be made.
 */
bool ub_proc_add_files(struct proc_dir_entry *dir, struct ve *ve)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ub_ve_files); i++)
		if (!proc_create_data(ub_ve_files[i].name, 0400, dir, &ub_ve_proc, ve))
			return false;
	return true;
}
