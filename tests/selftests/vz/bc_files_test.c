// SPDX-License-Identifier: GPL-2.0-only
/* /proc/bc/<id>/{vmaux,nodeinfo,meminfo,precharge,dcacheinfo}: form and content. */
#include "common.h"

#define MB	(1UL << 20)
/* Pages that the memory controller may leave out of its sums: 64 a CPU. */
#define LAG	(64 * sysconf(_SC_NPROCESSORS_ONLN))

static struct ve ve;
static volatile int *touched;	/* shared: body() has its memory */

static FILE *open_bc(unsigned int id, const char *name)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/bc/%u/%s", id, name);
	f = fopen(path, "re");
	ok(f, "%s can be read", path);
	need(f);
	return f;
}

static unsigned long tmpfs_pages(unsigned int id)
{
	unsigned long pages = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/bc/%u/vmaux", id);
	f = fopen(path, "re");
	need(f && fscanf(f, " tmpfs_respages %lu", &pages) == 1);
	fclose(f);
	return pages;
}

static void test_vmaux(unsigned int id)
{
	static const char *const keys[] = {
		"tmpfs_respages", "swapin", "swapout", "vswapin", "vswapout", "ram", "shadow",
		"swap_entries", "hugetlb",
	};
	char line[128], want[128];
	unsigned long value, i = 0;
	FILE *f = open_bc(id, "vmaux");

	for (; fgets(line, sizeof(line), f); i++) {
		need(i < sizeof(keys) / sizeof(keys[0]) && strlen(line) > 22);
		value = strtoul(line + 21, NULL, 10);
		snprintf(want, sizeof(want), "\t%-20s %21lu\n", keys[i], value);
		ok(!strcmp(line, want), "vmaux of %u has %s in its form", id, keys[i]);
		if (!strcmp(keys[i], "tmpfs_respages"))
			ok(value + LAG >= 4 * MB / 4096, "%lu pages of tmpfs", value);
		if (!strcmp(keys[i], "ram"))
			ok(value >= 8 * MB / 4096, "%lu pages of memory", value);
	}
	ok_eq(i, sizeof(keys) / sizeof(keys[0]), "lines of vmaux");
	fclose(f);
}

static void test_nodeinfo(unsigned int id)
{
	unsigned long kb, sum = 0;
	char line[128], key[32];
	int node, lines = 0;
	FILE *f = open_bc(id, "nodeinfo");

	for (; fgets(line, sizeof(line), f); lines++) {
		need(sscanf(line, "Node %d %31s %lu kB\n", &node, key, &kb) == 3);
		if (!strcmp(key, "Active:") || !strcmp(key, "Inactive:") ||
		    !strcmp(key, "Unevictable:"))
			sum += kb;
	}
	ok(lines && lines % 7 == 0, "%d lines of nodeinfo", lines);
	ok(sum + 4 * LAG >= 8 * MB / 1024, "%lu kB on the lists of %u", sum, id);
	fclose(f);
}

static void test_meminfo(void)
{
	unsigned long total = 0, committed = 0, portion = 0, kb;
	char line[128], key[32];
	int shadows = 0;
	FILE *f = open_bc(ve.id, "meminfo");

	while (fgets(line, sizeof(line), f)) {
		need(sscanf(line, "%31s %lu kB\n", key, &kb) == 2);
		if (!strcmp(key, "MemTotal:"))
			total = kb;
		if (!strcmp(key, "MemCommitted:"))
			committed = kb;
		if (!strcmp(key, "MemPortion:"))
			portion = kb;
		shadows += !strncmp(key, "Shadow", 6) || !strcmp(key, "HugePages:");
	}
	fclose(f);
	ok_eq(total, 256 * 1024, "MemTotal");
	ok_eq(portion, total, "MemPortion");
	ok_eq(committed, ve_read_ub(&ve, "privvmpages").held * 4, "MemCommitted");
	ok_eq(shadows, 4, "Shadow lines and HugePages");
}

static void test_precharge(void)
{
	unsigned long real, pre, max;
	char line[128], name[32];
	int rows = 0;
	FILE *f = open_bc(ve.id, "precharge");

	need(fgets(line, sizeof(line), f));
	ok(!strcmp(line, "resource            real_held  precharge max_precharge\n"),
	   "head of precharge");
	for (; fgets(line, sizeof(line), f); rows++) {
		need(sscanf(line, "%31s %lu %lu %lu\n", name, &real, &pre, &max) == 4);
		ok(pre <= real && pre <= max, "%s: %lu held, %lu of at most %lu ahead", name, real,
		   pre, max);
	}
	ok(rows > 20, "%d rows of precharge", rows);
	fclose(f);
}

static void test_dcacheinfo(void)
{
	char line[128];
	FILE *f = open_bc(ve.id, "dcacheinfo");

	need(fgets(line, sizeof(line), f));
	ok(!strcmp(line, "usage device fstype mount dentry\n"), "head of dcacheinfo");
	fclose(f);
}

/* Memory of two kinds, held until the host has looked. */
static int body(const struct ve *unused)
{
	char *anon, *shared;

	(void)unused;
	anon = mmap(NULL, 8 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	shared = mmap(NULL, 4 * MB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(anon != MAP_FAILED && shared != MAP_FAILED);
	memset(anon, 1, 8 * MB);
	memset(shared, 1, 4 * MB);
	*touched = 1;
	pause();
	return 0;
}

int main(void)
{
	touched = mmap(NULL, sizeof(*touched), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	need(touched != MAP_FAILED);
	*touched = 0;	/* by the host, or the page keeps the VE that wrote it */
	ve_setup(&ve, 134);
	need(!ve_set_ub(&ve, "physpages", 0, 65536));
	ve_start(&ve, body, "RUNNING");
	/* The memory controller sums up every 2 s, and sooner only what it knows to be much. */
	wait_until(*touched && tmpfs_pages(ve.id) + LAG >= 4 * MB / 4096);
	ok(*touched, "there is memory to look at");
	test_vmaux(ve.id);
	test_vmaux(0);
	test_nodeinfo(ve.id);
	test_nodeinfo(0);
	test_meminfo();
	test_precharge();
	test_dcacheinfo();
	ok(access("/proc/bc/0/meminfo", F_OK), "the host's meminfo is /proc/meminfo");
	errno = ve_write(&ve, "cgroup.kill", "1");
	need(!errno);
	ve_wait(&ve);
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
