// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of /proc/bc/<id>: one table of names and the functions that print
 * them. Owns nothing; ve/proc_bc.c makes and removes the folders and keeps the
 * struct ve for a reader. NULL is the host, UB 0, for which the kernel's own
 * counters are shown, VEs included.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/seq_file.h>
#include <linux/vmstat.h>
#include <vz/ub-show.h>
#include "counters.h"
#include "io.h"
#include "list.h"
#include "memcg.h"
#include "names.h"
#include "read.h"

#define UB_KEY		"\t%-20s %21llu\n"
/* The same columns in blanks: what reads ioacct by a pattern looks for them. */
#define UB_IO_KEY	"        %-20s %21llu\n"

static void ub_any_row(struct ve *ve, enum ub_resource res, struct ub_row *row)
{
	if (ve)
		ub_read_row(ve, res, row);
	else
		ub_read_host(res, row);
}

static void ub_key(struct seq_file *m, const char *key, u64 value)
{
	seq_printf(m, UB_KEY, key, value);
}

static void ub_io_key(struct seq_file *m, const char *key, u64 value)
{
	seq_printf(m, UB_IO_KEY, key, value);
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
	mem_cgroup_flush_stats(memcg);
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
	ub_io_key(m, "read", sum.read);
	ub_io_key(m, "write", sum.write);
	ub_io_key(m, "dirty", sum.dirty);
	ub_io_key(m, "cancel", sum.cancel);
	ub_io_key(m, "missed", 0);
	for (i = 0; i < UB_IO_NR_SYNCS; i++)
		ub_io_key(m, total[i], sum.syncs[i]);
	for (i = 0; i < UB_IO_NR_SYNCS; i++)
		ub_io_key(m, active[i], sum.syncs[i] - sum.synced[i]);
	ub_io_key(m, "io_pbs", ub_dirty_pages(ve));
	ub_io_key(m, "fuse_requests", 0);
	ub_io_key(m, "fuse_bytes", 0);
	return 0;
}

/* Credits that CPUs hold are in real_held and not in held. */
static int ub_precharge_show(struct seq_file *m, struct ve *ve)
{
	unsigned long held, real, max;
	struct ub_counter *c;
	struct ub_row row;
	int res;

	seq_printf(m, "%-12s %16s %10s %10s\n", "resource", "real_held",
		   "precharge", "max_precharge");
	for (res = 0; res < UB_NR_RESOURCES; res++) {
		if (ub_is_dummy(res))
			continue;
		held = real = max = 0;
		if (ve) {
			c = ub_counter(ve, res);
			ub_read_row(ve, res, &row);
			held = row.held;
			real = ub_rows[res]->read ? held : max(READ_ONCE(c->held), 0L);
			max = (unsigned long)c->batch * c->nr_slots;
		}
		seq_printf(m, "%-12s %16lu %10lu %10lu\n", ub_names[res], real,
			   real - min(real, held), max);
	}
	return 0;
}

/*
 * The kernel keeps no count of a cgroup's swapping: pages that came back are
 * its refaults, and at least those and what is out now went out. There is no
 * virtual swap, and huge pages are not counted by VE.
 */
static int ub_vmaux_show(struct seq_file *m, struct ve *ve)
{
	struct mem_cgroup *memcg = ve ? ub_get_memcg(ve) : root_mem_cgroup;
	unsigned long shmem = 0, back = 0, ram, out;
	struct ub_row row;

	if (memcg) {
		mem_cgroup_flush_stats(memcg);
		shmem = memcg_page_state(memcg, NR_SHMEM);
		back = memcg_page_state(memcg, WORKINGSET_REFAULT_ANON);
	}
	if (ve)
		mem_cgroup_put(memcg);
	ub_any_row(ve, UB_PHYSPAGES, &row);
	ram = row.held;
	ub_any_row(ve, UB_SWAPPAGES, &row);
	out = row.held;
	ub_key(m, "tmpfs_respages", shmem);
	ub_key(m, "swapin", back);
	ub_key(m, "swapout", back + out);
	ub_key(m, "vswapin", 0);
	ub_key(m, "vswapout", 0);
	ub_key(m, "ram", ram);
	ub_key(m, "shadow", 0);
	ub_key(m, "swap_entries", out);
	ub_key(m, "hugetlb", 0);
	return 0;
}

static int ub_nodeinfo_show(struct seq_file *m, struct ve *ve)
{
	static const struct {
		const char	*name;
		int		lru, other;	/* sum of both, -1 for one */
	} lines[] = {
		{ "Active:        ", NR_ACTIVE_ANON, NR_ACTIVE_FILE },
		{ "Inactive:      ", NR_INACTIVE_ANON, NR_INACTIVE_FILE },
		{ "Active(anon):  ", NR_ACTIVE_ANON, -1 },
		{ "Inactive(anon):", NR_INACTIVE_ANON, -1 },
		{ "Active(file):  ", NR_ACTIVE_FILE, -1 },
		{ "Inactive(file):", NR_INACTIVE_FILE, -1 },
		{ "Unevictable:   ", NR_UNEVICTABLE, -1 },
	};
	struct mem_cgroup *memcg = ve ? ub_get_memcg(ve) : root_mem_cgroup;
	struct lruvec *lruvec;
	unsigned long pages;
	size_t i;
	int nid;

	if (!memcg)
		return 0;
	mem_cgroup_flush_stats(memcg);
	for_each_node_state(nid, N_MEMORY) {
		lruvec = mem_cgroup_lruvec(memcg, NODE_DATA(nid));
		for (i = 0; i < ARRAY_SIZE(lines); i++) {
			pages = lruvec_page_state(lruvec, lines[i].lru);
			if (lines[i].other >= 0)
				pages += lruvec_page_state(lruvec, lines[i].other);
			seq_printf(m, "Node %d %s %8lu kB\n", nid, lines[i].name,
				   pages << (PAGE_SHIFT - 10));
		}
	}
	if (ve)
		mem_cgroup_put(memcg);
	return 0;
}

/* Dentries and inodes are counted by VE, not by file system: one line. */
static int ub_dcacheinfo_show(struct seq_file *m, struct ve *ve)
{
	struct ub_row row;

	seq_puts(m, "usage device fstype mount dentry\n");
	ub_any_row(ve, UB_DCACHESIZE, &row);
	if (row.held)
		seq_printf(m, "%lu - - - -\n", row.held);
	return 0;
}

static int ub_resources_show(struct seq_file *m, struct ve *ve)
{
	ub_show_rows(m, ve, UB_ROWS_BARE);
	return 0;
}

const struct ub_proc_file ub_proc_files[] = {
	{ "resources",	ub_resources_show },
	{ "precharge",	ub_precharge_show },
	{ "dcacheinfo",	ub_dcacheinfo_show },
	{ "nodeinfo",	ub_nodeinfo_show },
	{ "ioacct",	ub_ioacct_show },
	{ "vmaux",	ub_vmaux_show },
	{ }
};
