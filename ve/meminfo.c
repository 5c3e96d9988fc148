// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a VE: /proc/meminfo, swaps, vmstat and the memory part of
 * sysinfo(2). All numbers are the memory controller's of the VE's cgroup; the
 * controller is there because ve depends on it. Nothing is owned here.
 *
 * Without a limit the total is the host's. What the memory controller does not
 * count is shown as 0, so that every line a program may look for is there.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/page_counter.h>
#include <linux/seq_file.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <vz/controller.h>
#include <vz/ub-show.h>

#include "memcontrol-v1.h"
#include "cputime.h"
#include "meminfo.h"

/* With a reference; css_put() it. */
static struct mem_cgroup *get_memcg(struct ve *ve)
{
	return mem_cgroup_from_css(cgroup_get_e_css(ve->css.cgroup,
						    &memory_cgrp_subsys));
}

/* Smallest limit up the tree. */
static unsigned long counter_limit(struct page_counter *c)
{
	unsigned long limit = PAGE_COUNTER_MAX;

	for (; c; c = c->parent)
		limit = min(limit, READ_ONCE(c->max));
	return limit;
}

static unsigned long pages(struct mem_cgroup *memcg, int item)
{
	return memcg_page_state(memcg, item);
}

/* Into the host's numbers, in pages. What is used is told by a counter, which needs no flush. */
static void limit_swap(struct mem_cgroup *memcg, struct sysinfo *si)
{
	unsigned long used = page_counter_read(&memcg->swap);

	si->totalswap = min(counter_limit(&memcg->swap), si->totalswap);
	si->freeswap = min(si->totalswap - min(used, si->totalswap), si->freeswap);
}

/* Totals in pages, into a sysinfo of the host. */
static void limit_to(struct mem_cgroup *memcg, struct sysinfo *si)
{
	unsigned long used = page_counter_read(&memcg->memory);

	si->totalram = min(counter_limit(&memcg->memory), si->totalram);
	si->freeram = si->totalram - min(used, si->totalram);
	si->sharedram = pages(memcg, NR_SHMEM);
	si->bufferram = 0;
	si->totalhigh = 0;
	si->freehigh = 0;
	limit_swap(memcg, si);
}

/**
 * ve_meminfo - memory of a VE as sysinfo(2) tells it
 * @ve: a bound VE
 * @si: the host's numbers from si_meminfo() and si_swapinfo(), in pages
 */
void ve_meminfo(struct ve *ve, struct sysinfo *si)
{
	struct mem_cgroup *memcg = get_memcg(ve);

	ve_flush_sums(ve);
	limit_to(memcg, si);
	css_put(&memcg->css);
}

/* The names have the width of a column: formats are most of what this file costs. */
static void line(struct seq_file *m, const char *name, unsigned long kib)
{
	seq_put_decimal_ull_width(m, name, kib, 8);
	seq_write(m, " kB\n", 4);
}

static void kb(struct seq_file *m, const char *name, unsigned long n)
{
	line(m, name, n << (PAGE_SHIFT - 10));
}

/**
 * ve_meminfo_print - /proc/meminfo of a VE
 * @m: file, of the VE's or of the host's proc
 * @ve: a bound VE
 *
 * Context: may sleep.
 */
void ve_meminfo_print(struct seq_file *m, struct ve *ve)
{
	struct mem_cgroup *memcg = get_memcg(ve);
	unsigned long lru[NR_LRU_LISTS], cached, swapcached, file, slab_r, slab_u;
	struct sysinfo si;
	int i;

	si_meminfo(&si);
	si_swapinfo(&si);
	ve_flush_sums(ve);
	limit_to(memcg, &si);

	for (i = 0; i < NR_LRU_LISTS; i++)
		lru[i] = pages(memcg, NR_LRU_BASE + i);
	swapcached = pages(memcg, NR_SWAPCACHE);
	cached = pages(memcg, NR_FILE_PAGES);
	cached -= min(cached, swapcached);
	slab_r = pages(memcg, NR_SLAB_RECLAIMABLE_B) >> PAGE_SHIFT;
	slab_u = pages(memcg, NR_SLAB_UNRECLAIMABLE_B) >> PAGE_SHIFT;
	file = lru[LRU_ACTIVE_FILE] + lru[LRU_INACTIVE_FILE];

	kb(m, "MemTotal:       ", si.totalram);
	kb(m, "MemFree:        ", si.freeram);
	kb(m, "MemAvailable:   ",
	   min(si.totalram, si.freeram + file / 2 + slab_r / 2));
	kb(m, "Buffers:        ", 0);
	kb(m, "Cached:         ", cached);
	kb(m, "SwapCached:     ", swapcached);
	kb(m, "Active:         ", lru[LRU_ACTIVE_ANON] + lru[LRU_ACTIVE_FILE]);
	kb(m, "Inactive:       ", lru[LRU_INACTIVE_ANON] + lru[LRU_INACTIVE_FILE]);
	kb(m, "Active(anon):   ", lru[LRU_ACTIVE_ANON]);
	kb(m, "Inactive(anon): ", lru[LRU_INACTIVE_ANON]);
	kb(m, "Active(file):   ", lru[LRU_ACTIVE_FILE]);
	kb(m, "Inactive(file): ", lru[LRU_INACTIVE_FILE]);
	kb(m, "Unevictable:    ", lru[LRU_UNEVICTABLE]);
	kb(m, "Mlocked:        ", ub_held(ve, UB_LOCKEDPAGES));
	kb(m, "SwapTotal:      ", si.totalswap);
	kb(m, "SwapFree:       ", si.freeswap);
	kb(m, "Dirty:          ", pages(memcg, NR_FILE_DIRTY));
	kb(m, "Writeback:      ", pages(memcg, NR_WRITEBACK));
	kb(m, "AnonPages:      ", pages(memcg, NR_ANON_MAPPED));
	kb(m, "Mapped:         ", pages(memcg, NR_FILE_MAPPED));
	kb(m, "Shmem:          ", si.sharedram);
	kb(m, "KReclaimable:   ", slab_r);
	kb(m, "Slab:           ", slab_r + slab_u);
	kb(m, "SReclaimable:   ", slab_r);
	kb(m, "SUnreclaim:     ", slab_u);
	line(m, "KernelStack:    ", pages(memcg, NR_KERNEL_STACK_KB));
	kb(m, "PageTables:     ", pages(memcg, NR_PAGETABLE));
	kb(m, "SecPageTables:  ", pages(memcg, NR_SECONDARY_PAGETABLE));
	kb(m, "NFS_Unstable:   ", 0);
	kb(m, "Bounce:         ", 0);
	kb(m, "WritebackTmp:   ", 0);
	kb(m, "CommitLimit:    ", si.totalram + si.totalswap);
	kb(m, "Committed_AS:   ", ub_held(ve, UB_PRIVVMPAGES));
	line(m, "VmallocTotal:   ", (unsigned long)VMALLOC_TOTAL >> 10);
	kb(m, "VmallocUsed:    ", pages(memcg, MEMCG_VMALLOC));
	kb(m, "VmallocChunk:   ", 0);
	kb(m, "Percpu:         ", pages(memcg, MEMCG_PERCPU_B) >> PAGE_SHIFT);
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	kb(m, "AnonHugePages:  ", pages(memcg, NR_ANON_THPS));
	kb(m, "ShmemHugePages: ", pages(memcg, NR_SHMEM_THPS));
	kb(m, "ShmemPmdMapped: ", 0);
	kb(m, "FileHugePages:  ", pages(memcg, NR_FILE_THPS));
	kb(m, "FilePmdMapped:  ", 0);
#endif
	css_put(&memcg->css);
}

int ve_meminfo_show(struct seq_file *m, void *v)
{
	ve_meminfo_print(m, seq_ve(m));
	return 0;
}

/*
 * One made-up device: swap of a VE is a share of the host's, limited by swappages.
 * There is no such node: swapon looks into one that it can open.
 */
int ve_swaps_show(struct seq_file *m, void *v)
{
	struct mem_cgroup *memcg = get_memcg(seq_ve(m));
	struct sysinfo si;

	si_swapinfo(&si);
	limit_swap(memcg, &si);
	css_put(&memcg->css);
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	if (si.totalswap)
		seq_printf(
			m, "/dev/swap                               partition\t%lu\t%s%lu\t%s-1\n",
			si.totalswap << (PAGE_SHIFT - 10),
			si.totalswap << (PAGE_SHIFT - 10) < 10000000 ? "\t" : "",
			(si.totalswap - si.freeswap) << (PAGE_SHIFT - 10),
			(si.totalswap - si.freeswap) << (PAGE_SHIFT - 10) < 10000000 ? "\t" : "");
	return 0;
}

/* The counters that are kept by cgroup; others belong to the host's memory as a whole. */
int ve_vmstat_show(struct seq_file *m, void *v)
{
	static const struct {
		const char	*name;
		int		item;
	} states[] = {
		{ "nr_inactive_anon",	NR_INACTIVE_ANON },
		{ "nr_active_anon",	NR_ACTIVE_ANON },
		{ "nr_inactive_file",	NR_INACTIVE_FILE },
		{ "nr_active_file",	NR_ACTIVE_FILE },
		{ "nr_unevictable",	NR_UNEVICTABLE },
		{ "nr_anon_pages",	NR_ANON_MAPPED },
		{ "nr_mapped",		NR_FILE_MAPPED },
		{ "nr_file_pages",	NR_FILE_PAGES },
		{ "nr_dirty",		NR_FILE_DIRTY },
		{ "nr_writeback",	NR_WRITEBACK },
		{ "nr_shmem",		NR_SHMEM },
		{ "nr_page_table_pages", NR_PAGETABLE },
	}, events[] = {
		{ "pgfault",		PGFAULT },
		{ "pgmajfault",		PGMAJFAULT },
		{ "pgrefill",		PGREFILL },
		{ "pgactivate",		PGACTIVATE },
		{ "pgdeactivate",	PGDEACTIVATE },
		{ "pglazyfree",		PGLAZYFREE },
		{ "pglazyfreed",	PGLAZYFREED },
		{ "pgscan_kswapd",	PGSCAN_KSWAPD },
		{ "pgscan_direct",	PGSCAN_DIRECT },
		{ "pgsteal_kswapd",	PGSTEAL_KSWAPD },
		{ "pgsteal_direct",	PGSTEAL_DIRECT },
	};
	struct ve *ve = seq_ve(m);
	struct mem_cgroup *memcg = get_memcg(ve);
	struct sysinfo si;
	u64 read, written;
	size_t i;

	si_meminfo(&si);
	si_swapinfo(&si);
	ve_flush_sums(ve);
	limit_to(memcg, &si);
	seq_printf(m, "nr_free_pages %lu\n", si.freeram);
	for (i = 0; i < ARRAY_SIZE(states); i++)
		seq_printf(m, "%s %lu\n", states[i].name,
			   pages(memcg, states[i].item));
	for (i = 0; i < ARRAY_SIZE(events); i++)
		seq_printf(m, "%s %lu\n", events[i].name,
			   memcg_events(memcg, events[i].item));
	ub_io_bytes(ve, &read, &written);
	/* in KiB, as the host's */
	seq_printf(m, "pgpgin %llu\npgpgout %llu\noom_kill %ld\n", read >> 10, written >> 10,
		   atomic_long_read(&memcg->memory_events[MEMCG_OOM_KILL]));
	css_put(&memcg->css);
	return 0;
}
