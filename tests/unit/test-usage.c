// SPDX-License-Identifier: GPL-2.0-or-later
/* Sums and rules of vzmemcheck, vzcalc, vzcpucheck, vzcfgvalidate and vzsplit. */
#include <math.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "tests/unit/tap.h"
#include "vzctl/split.h"
#include "vzctl/usage.h"
#include "vzctl/validate.h"

#define MB	1048576.0
#define FREE	((struct vz_limit){ true, VZ_UNLIMITED, VZ_UNLIMITED })

static bool near(double a, double b)
{
	return fabs(a - b) < 1;
}

static void memory_of_the_host(void)
{
	struct host h;

	CHECK(host_parse("MemTotal:  1024 kB\nMemFree: 5 kB\nSwapTotal:\t2048 kB\n", &h));
	CHECK(near(h.ram, 1048576) && near(h.swap, 2097152));
	CHECK(near(host_pool(&h, LOWMEM), h.ram) && near(host_pool(&h, ALLOC), h.ram + h.swap));
	CHECK(host_parse("MemTotal: 1 kB\n", &h) && h.swap == 0);
	CHECK(!host_parse("nothing", &h));
}

static void processors(void)
{
	CHECK(near(
		cpu_bogomips(
			"processor : 0\nbogomips\t: 5000.50\n\nprocessor : 1\nbogomips\t: 4000.25\n") *
			100,
		900075));
	CHECK(near(cpu_bogomips("BogoMIPS : 48.00\n"), 48));
	CHECK(cpu_bogomips("") == 0);
}

/* A VE with every row limited: sums of its limits. */
static void sums_of_limits(void)
{
	struct vz_ub_row rows[UB_NR_RESOURCES] = { 0 };
	struct host h = { .ram = 1000 * MB, .swap = 1000 * MB };
	struct usage u, all = { 0 };
	int r;

	for (r = 0; r < UB_NR_RESOURCES; r++)
		rows[r] = (struct vz_ub_row){ true, true, 10, 20, 100, 200, 0 };
	usage_of(rows, &h, &u);
	CHECK(near(u.of[LOWMEM].now, 50) && near(u.of[LOWMEM].promised, 1000));
	CHECK(near(u.of[RAM].now, 40960) && near(u.of[RAM].max, 200 * 4096));
	CHECK(near(u.of[MEMSWAP].now, 40960 + 50) && near(u.of[MEMSWAP].promised, 409600 + 1000));
	CHECK(near(u.of[ALLOC].promised, 409600 + 1000) &&
	      near(u.of[ALLOC].max, 200 * 4096 + 1000));
	usage_add(&all, &u);
	usage_add(&all, &u);
	CHECK(near(all.of[ALLOC].max, 2 * u.of[ALLOC].max) && near(all.of[RAM].now, 81920));
}

/* What has no limit counts as what the VE can get. */
static void sums_without_limits(void)
{
	struct vz_ub_row rows[UB_NR_RESOURCES] = { 0 };
	struct host h = { .ram = 1000 * MB, .swap = 500 * MB };
	struct usage u;

	usage_of(rows, &h, &u);
	CHECK(near(u.of[LOWMEM].max, h.ram) && near(u.of[ALLOC].max, h.ram + h.swap));
	rows[UB_PHYSPAGES] = (struct vz_ub_row){ .known = true, .limit = 25600 };
	rows[UB_SWAPPAGES] = (struct vz_ub_row){ .known = true, .limit = 25600 };
	rows[UB_PRIVVMPAGES] = (struct vz_ub_row){ .known = true, .limit = VZ_UNLIMITED };
	usage_of(rows, &h, &u);
	CHECK(near(u.of[LOWMEM].max, 100 * MB) && near(u.of[RAM].max, 100 * MB));
	CHECK(near(u.of[MEMSWAP].max, 200 * MB) && near(u.of[ALLOC].max, 200 * MB));
	/* More than the host has is shown as that. */
	rows[UB_PHYSPAGES].limit = 512000;
	usage_of(rows, &h, &u);
	CHECK(near(u.of[RAM].max, 2000 * MB));
}

static struct limits classic(void)
{
	struct limits l = { 0 };
	int r;

	for (r = 0; r < UB_NR_RESOURCES; r++)
		l.ub[r] = FREE;
	l.ub[UB_PHYSPAGES].barrier = 0;
	l.ub[UB_NUMPROC] = (struct vz_limit){ true, 100, 100 };
	return l;
}

static size_t count(const struct limits *l, bool vswap, enum ub_resource r, struct finding *first)
{
	struct finding f[FINDINGS_MAX];
	size_t n = limits_check(l, vswap, f), i, found = 0;

	for (i = 0; i < n; i++)
		if (f[i].r == r && !found++)
			*first = f[i];
	return found;
}

static void unlimited_is_consistent(void)
{
	struct finding f[FINDINGS_MAX];
	struct limits l = classic();

	CHECK(!limits_vswap(&l) && limits_avnumproc(&l) == 50);
	CHECK(limits_check(&l, false, f) == 0);
}

static void kmemsize_is_enough_for_processes(void)
{
	struct limits l = classic();
	struct finding f;

	l.ub[UB_DCACHESIZE] = (struct vz_limit){ true, 1000000, 1000000 };
	l.ub[UB_NUMFILE] = (struct vz_limit){ true, 1600, 1600 };
	l.ub[UB_KMEMSIZE] = (struct vz_limit){ true, 50 * 40960 + 1000000, 4000000 };
	CHECK(!count(&l, false, UB_KMEMSIZE, &f));
	l.ub[UB_KMEMSIZE].barrier--;
	CHECK(count(&l, false, UB_KMEMSIZE, &f) == 1 && f.level == FIND_ERROR);
	CHECK(f.to.barrier == 50 * 40960 + 1000000 && f.to.limit > f.to.barrier);
	l.avnumproc = (struct vz_limit){ true, 10, 10 };
	CHECK(!count(&l, false, UB_KMEMSIZE, &f));
}

static void files_and_names(void)
{
	struct limits l = classic();
	struct finding f;

	l.ub[UB_NUMFILE] = (struct vz_limit){ true, 1599, 1599 };
	CHECK(count(&l, false, UB_NUMFILE, &f) == 1 && f.level == FIND_WARNING &&
	      f.to.barrier == 1600);
	l.ub[UB_NUMFILE] = f.to;
	CHECK(!count(&l, false, UB_NUMFILE, &f));
	l.ub[UB_DCACHESIZE] = (struct vz_limit){ true, 1600 * 384 - 1, 10000000 };
	CHECK(count(&l, false, UB_DCACHESIZE, &f) == 1 && f.to.barrier == 1600 * 384);
}

static void buffers_have_room(void)
{
	struct limits l = classic();
	struct finding f;

	l.ub[UB_NUMTCPSOCK] = (struct vz_limit){ true, 100, 100 };
	l.ub[UB_TCPSNDBUF] = (struct vz_limit){ true, 65536, 65536 + 255999 };
	CHECK(count(&l, false, UB_TCPSNDBUF, &f) == 1 && f.to.limit == 65536 + 256000);
	l.ub[UB_TCPSNDBUF].limit++;
	CHECK(!count(&l, false, UB_TCPSNDBUF, &f));
	l.ub[UB_DGRAMRCVBUF] = (struct vz_limit){ true, 1000, 1000 };
	CHECK(count(&l, false, UB_DGRAMRCVBUF, &f) == 1 && f.level == FIND_RECOMMENDATION);
}

static void missing_rows(void)
{
	struct limits l = classic();
	struct finding f;

	l.ub[UB_NUMPTY].set = false;
	CHECK(count(&l, false, UB_NUMPTY, &f) == 1 && f.level == FIND_ERROR && f.to.set);
	CHECK(!count(&l, true, UB_NUMPTY, &f));
	l.ub[UB_NUMMOUNT].set = false;
	CHECK(!count(&l, false, UB_NUMMOUNT, &f));
}

static void guarantee_can_be_used(void)
{
	struct limits l = classic();
	struct finding f;

	l.ub[UB_VMGUARPAGES].barrier = 1000;
	l.ub[UB_PRIVVMPAGES] = (struct vz_limit){ true, 999, 999 };
	CHECK(count(&l, false, UB_PRIVVMPAGES, &f) == 1 && f.to.barrier == 1000);
}

static void ram_and_swap(void)
{
	struct limits l = { 0 };
	struct finding f;

	CHECK(count(&l, true, UB_PHYSPAGES, &f) == 1 && f.level == FIND_ERROR && !f.to.set);
	l.ub[UB_PHYSPAGES] = (struct vz_limit){ true, 0, 1000 };
	CHECK(limits_vswap(&l));
	CHECK(count(&l, true, UB_SWAPPAGES, &f) == 1 && f.level == FIND_ERROR);
	l.ub[UB_SWAPPAGES] = (struct vz_limit){ true, 0, 500 };
	CHECK(!count(&l, true, UB_SWAPPAGES, &f));
	l.ub[UB_PRIVVMPAGES] = (struct vz_limit){ true, 1499, VZ_UNLIMITED };
	CHECK(count(&l, true, UB_PRIVVMPAGES, &f) == 1 && f.level == FIND_WARNING);
}

/* What vzsplit makes passes vzcfgvalidate, and the parts are not more than the whole. */
static void parts_of_a_host(void)
{
	static const double sizes[] = { 512 * MB, 2048 * MB, 16384 * MB, 1048576 * MB };
	static const long ves[] = { 1, 3, 10, 100 };
	struct finding f[FINDINGS_MAX];
	struct limits l;
	size_t i, j;
	int vswap, made = 0;

	for (i = 0; i < 4; i++) {
		for (j = 0; j < 4; j++) {
			struct host h = { .ram = sizes[i], .swap = sizes[i] / 2, .tasks = 32768 };

			for (vswap = 0; vswap < 2; vswap++) {
				if (!split_host(&h, ves[j], vswap, &l))
					continue;
				made++;
				CHECK(limits_vswap(&l) == vswap);
				CHECK(limits_check(&l, vswap, f) == 0);
				CHECK(l.ub[UB_OOMGUARPAGES].barrier * 4096.0 * ves[j] < h.ram);
				CHECK((double)l.ub[UB_NUMPROC].barrier * ves[j] <= h.tasks);
			}
		}
	}
	CHECK(made >= 20);
}

static void a_host_too_small(void)
{
	struct host h = { .ram = 128 * MB, .tasks = 32768 };
	struct limits l;

	CHECK(!split_host(&h, 100, true, &l));
	h.ram = 64 * MB;
	CHECK(!split_host(&h, 1, true, &l));
}

int main(void)
{
	TEST(memory_of_the_host);
	TEST(processors);
	TEST(sums_of_limits);
	TEST(sums_without_limits);
	TEST(unlimited_is_consistent);
	TEST(kmemsize_is_enough_for_processes);
	TEST(files_and_names);
	TEST(buffers_have_room);
	TEST(missing_rows);
	TEST(guarantee_can_be_used);
	TEST(ram_and_swap);
	TEST(parts_of_a_host);
	TEST(a_host_too_small);
	return tap_failed;
}
