// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows, refusals, advice: what vzctl ubc and vzctl explain reckon with. */
#include <stdlib.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/conf.h"
#include "libvz/look.h"
#include "libvz/refusal.h"
#include "libvz/setting.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "tests/unit/tap.h"
#include "vzctl/ubc_advice.h"
#include "vzctl/ubc_text.h"

static void rows_of_the_kernel(void)
{
	char text[] = "kmemsize 1 2 3 4 5\n"
		      "numproc 10 30 30 40 7\n"
		      "privvmpages 1 2 max 9223372036854775807 0\n"
		      "numfuture 1 2 3 4 5\n"
		      "numfile 1 2 3 4\n"
		      "numpty 1 -2 3 4 5\n";
	struct vz_ub_row rows[UB_NR_RESOURCES] = { 0 };

	CHECK(vz_ub_parse(text, rows) == 3);
	CHECK(rows[UB_NUMPROC].live && rows[UB_NUMPROC].known && rows[UB_NUMPROC].held == 10);
	CHECK(rows[UB_NUMPROC].maxheld == 30 && rows[UB_NUMPROC].barrier == 30);
	CHECK(rows[UB_NUMPROC].limit == 40 && rows[UB_NUMPROC].failcnt == 7);
	CHECK(rows[UB_PRIVVMPAGES].barrier == VZ_UNLIMITED &&
	      rows[UB_PRIVVMPAGES].limit == VZ_UNLIMITED);
	CHECK(!rows[UB_NUMFILE].live && !rows[UB_NUMPTY].live);
}

static void names_of_rows(void)
{
	CHECK_STR(vz_ub_name(UB_NUMPROC), "numproc");
	CHECK_STR(vz_ub_name(UB_NUMAIO), "numaio");
	CHECK_STR(ub_unit_name(UB_PIPEPAGES), "pages");
	CHECK_STR(ub_unit_name(UB_KMEMSIZE), "bytes");
	CHECK_STR(ub_unit_name(UB_NUMINOTIFY), "items");
}

/* Every row that has a name tells what a refusal looks like. */
static void every_row_has_a_symptom(void)
{
	int r;

	for (r = 0; r < UB_NR_RESOURCES; r++) {
		if (!vz_ub_var(r) || r == UB_VMGUARPAGES)
			continue;
		CHECK(strncmp(ub_symptom(r), "nothing:", 8));
	}
}

static void a_refusal(void)
{
	struct vz_refusal r;

	CHECK(vz_refusal_parse("12 987654321 numfile hard 1 99 100 4321 two\\040words", &r));
	CHECK(r.seq == 12 && r.when_ns == 987654321 && r.res == UB_NUMFILE && !r.soft);
	CHECK(r.wanted == 1 && r.held == 99 && r.bound == 100 && r.pid == 4321);
	CHECK_STR(r.comm, "two\\040words");
	CHECK(vz_refusal_parse("1 2 privvmpages soft 5 6 7 0 -", &r) && r.soft && !r.pid);
}

static void no_refusals(void)
{
	static const char *const bad[] = {
		"",
		"1 2 numfile hard 1 2 3 4",
		"1 2 dummy hard 1 2 3 4 x",
		"1 2 numfile medium 1 2 3 4 x",
		"x 2 numfile hard 1 2 3 4 x",
		"1 2 numfile hard -1 2 3 4 x",
		"1 2 numfuture hard 1 2 3 4 x",
	};
	struct vz_refusal r;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!vz_refusal_parse(bad[i], &r));
}

static void failures_since_the_last_look(void)
{
	struct vz_ub_row now = { .live = true, .failcnt = 7 },
			 then = { .live = true, .failcnt = 5 };

	CHECK(vz_look_new(&now, &then) == 2);
	then.failcnt = 7;
	CHECK(vz_look_new(&now, &then) == 0);
	/* Begun anew. */
	then.failcnt = 8;
	CHECK(vz_look_new(&now, &then) == 7);
	then.live = false;
	CHECK(vz_look_new(&now, &then) == 7);
}

static void values_for_people(void)
{
	char buf[32];

	CHECK_STR(ub_value_text(UB_NUMPROC, 123456, false, buf), "123456");
	CHECK_STR(ub_value_text(UB_NUMPROC, VZ_UNLIMITED, true, buf), "unlimited");
	CHECK_STR(ub_value_text(UB_KMEMSIZE, 1536, false, buf), "1.5K");
	CHECK_STR(ub_value_text(UB_KMEMSIZE, 1536, true, buf), "1536");
	CHECK_STR(ub_value_text(UB_PRIVVMPAGES, 65536, false, buf), "256M");
	CHECK_STR(ub_value_text(UB_PRIVVMPAGES, 0, false, buf), "0");
	CHECK_STR(ub_value_text(UB_KMEMSIZE, 1047552, false, buf), "1023K");
}

static struct vz_refusal refusal(long wanted, long held, bool soft)
{
	return (struct vz_refusal){
		.res = UB_NUMPROC, .wanted = wanted, .held = held, .soft = soft
	};
}

/* The bounds proposed let the largest refused request pass, and keep their distance. */
static void advice_lifts_the_barrier(void)
{
	struct vz_ub_row row = { true, true, 30, 30, 30, 40, 5 };
	struct vz_refusal list[] = { refusal(1, 30, false), refusal(8, 29, false) };
	struct advice a;

	ub_advise(UB_NUMPROC, &row, list, 2, &a);
	CHECK(!a.lifted && a.to.barrier >= 37 && a.to.barrier <= 74);
	CHECK(a.to.limit - a.to.barrier == 10);
	row.barrier = a.to.barrier;
	row.limit = a.to.limit;
	ub_advise(UB_NUMPROC, &row, list, 2, &a);
	CHECK(a.lifted);
}

static void advice_lifts_the_limit(void)
{
	struct vz_ub_row row = { true, true, 40, 40, 30, 40, 5 };
	struct vz_refusal list[] = { refusal(100, 40, true) };
	struct advice a;

	ub_advise(UB_NUMPROC, &row, list, 1, &a);
	CHECK(!a.lifted && a.to.barrier == 30 && a.to.limit >= 140);
}

static void advice_without_a_record(void)
{
	struct vz_ub_row row = { true, true, 3, 30, 30, 30, 5 };
	struct advice a;

	ub_advise(UB_NUMPROC, &row, NULL, 0, &a);
	CHECK(!a.lifted && a.to.barrier > 30 && a.to.limit == a.to.barrier);
	row.limit = VZ_UNLIMITED;
	ub_advise(UB_NUMPROC, &row, NULL, 0, &a);
	CHECK(!a.lifted && a.to.barrier > 30 && a.to.limit == VZ_UNLIMITED);
	row.barrier = VZ_UNLIMITED;
	ub_advise(UB_NUMPROC, &row, NULL, 0, &a);
	CHECK(a.lifted);
}

/* The barrier of the memory controller's rows is 0 and means nothing. */
static void advice_for_memory(void)
{
	struct vz_ub_row row = { true, true, 1000, 1024, 0, 1024, 1 };
	struct advice a;

	ub_advise(UB_PHYSPAGES, &row, NULL, 0, &a);
	CHECK(!a.lifted && a.to.limit > 1024 && a.to.barrier == 0);
	row.limit = a.to.limit;
	ub_advise(UB_PHYSPAGES, &row, NULL, 0, &a);
	CHECK(a.lifted);
}

static void advice_for_a_guarantee(void)
{
	struct vz_ub_row row = { true, true, 1000, 2000, 1500, VZ_UNLIMITED, 1 };
	struct advice a;

	ub_advise(UB_OOMGUARPAGES, &row, NULL, 0, &a);
	CHECK(!a.lifted && a.to.barrier > 2000 && a.to.limit == VZ_UNLIMITED);
	row.barrier = a.to.barrier;
	ub_advise(UB_OOMGUARPAGES, &row, NULL, 0, &a);
	CHECK(a.lifted);
}

static void advice_at_the_end_of_numbers(void)
{
	struct vz_ub_row row = { true, true, 0, 0, 1, VZ_UNLIMITED - 1, 1 };
	struct vz_refusal list[] = { refusal(VZ_UNLIMITED, 5, false) };
	struct advice a;

	ub_advise(UB_NUMPROC, &row, list, 1, &a);
	CHECK(a.to.barrier == VZ_UNLIMITED && a.to.limit == VZ_UNLIMITED);
}

static void commands(void)
{
	struct vz_conf c = { .id = 101 };
	struct vz_limit l = { true, 48, 58 }, ram = { true, 512, 65536 };
	char *text;

	text = ub_command(&c, UB_NUMPROC, &l);
	CHECK_STR(text, "vzctl set 101 --numproc 48:58 --save");
	free(text);
	text = ub_command(&c, UB_PHYSPAGES, &ram);
	CHECK_STR(text, "vzctl set 101 --physpages 0:256M --save");
	free(text);
	c.ub[UB_PHYSPAGES] = c.ub[UB_SWAPPAGES] = (struct vz_limit){ true, 0, 1024 };
	text = ub_command(&c, UB_PHYSPAGES, &ram);
	CHECK_STR(text, "vzctl set 101 --ram 256M --save");
	free(text);
	text = ub_command(&c, UB_SWAPPAGES, &ram);
	CHECK_STR(text, "vzctl set 101 --swap 256M --save");
	free(text);
}

static void culprits_in_groups(void)
{
	static const char *const lines[] = {
		"1 100 numproc hard 1 30 30 11 sh", "2 200 numfile hard 1 9 9 12 cat",
		"3 300 numproc hard 4 30 30 12 sh", "4 400 numproc soft 1 40 40 11 sh",
		"5 500 numproc hard 2 30 30 11 sh",
	};
	struct vz_refusal list[5];
	struct culprit *c;
	size_t i, n;

	for (i = 0; i < 5; i++)
		CHECK(vz_refusal_parse(lines[i], &list[i]));
	c = ub_culprits(list, 5, UB_NUMPROC, &n);
	CHECK(c && n == 2);
	CHECK(c[0].count == 3 && c[0].first == &list[0] && c[0].last == &list[4] && c[0].most == 4);
	CHECK(c[0].nr_pids == 2 && c[0].pids[0] == 11 && c[0].pids[1] == 12);
	CHECK(c[1].count == 1 && c[1].last->soft);
	free(c);
	c = ub_culprits(list, 5, UB_KMEMSIZE, &n);
	CHECK(!n);
	free(c);
}

int main(void)
{
	TEST(rows_of_the_kernel);
	TEST(names_of_rows);
	TEST(every_row_has_a_symptom);
	TEST(a_refusal);
	TEST(no_refusals);
	TEST(failures_since_the_last_look);
	TEST(values_for_people);
	TEST(advice_lifts_the_barrier);
	TEST(advice_lifts_the_limit);
	TEST(advice_without_a_record);
	TEST(advice_for_memory);
	TEST(advice_for_a_guarantee);
	TEST(advice_at_the_end_of_numbers);
	TEST(commands);
	TEST(culprits_in_groups);
	return tap_failed;
}
