// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the counters: bounds, peaks, credits of several simulated
 * CPUs, restore, parsing and printing. They own their counters and slots;
 * nothing here runs concurrently.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vz/beancounter.h>
#include "counter.h"
#include "names.h"
#include "show.h"
#include "value.h"

#define CPUS	4
#define BATCH	8U

struct ub_fixture {
	struct ub_counter c;
	struct ub_slot slots[CPUS];
};

static struct ub_fixture *ub_fixture(struct kunit *test, bool batched)
{
	struct ub_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	ub_counter_init(&f->c);
	if (batched)
		ub_counter_batch(&f->c, f->slots, CPUS, UB_NUMFILE, BATCH);
	return f;
}

static bool charge(struct ub_fixture *f, unsigned int cpu, unsigned long n,
		   unsigned int severity)
{
	struct ub_denial why;

	return ub_counter_charge(&f->c, cpu, n, severity, &why);
}

static bool uncharge(struct ub_fixture *f, unsigned int cpu, unsigned long n)
{
	return ub_counter_uncharge(&f->c, cpu, n);
}

static long credits(struct ub_fixture *f)
{
	return f->c.held - (long)ub_counter_held(&f->c);
}

static void ub_test_defaults(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, false);

	KUNIT_EXPECT_EQ(test, f->c.barrier, UB_MAXVALUE);
	KUNIT_EXPECT_EQ(test, f->c.limit, UB_MAXVALUE);
	KUNIT_EXPECT_TRUE(test, charge(f, 0, LONG_MAX, UB_HARD));
	KUNIT_EXPECT_FALSE(test, charge(f, 0, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, f->c.maxheld, UB_MAXVALUE);
}

/* A charge that lands on the bound succeeds, the next one does not. */
static void ub_test_bounds(struct kunit *test)
{
	int batched;

	for (batched = 0; batched < 2; batched++) {
		struct ub_fixture *f = ub_fixture(test, batched);

		ub_counter_bounds(&f->c, 100, 110);
		KUNIT_EXPECT_TRUE(test, charge(f, 0, 99, UB_HARD));
		KUNIT_EXPECT_FALSE(test, charge(f, 1, 2, UB_HARD));
		KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 99);
		KUNIT_EXPECT_EQ(test, f->c.maxheld, 99);
		KUNIT_EXPECT_TRUE(test, charge(f, 2, 1, UB_HARD));
		KUNIT_EXPECT_FALSE(test, charge(f, 3, 1, UB_HARD));
		KUNIT_EXPECT_TRUE(test, charge(f, 3, 10, UB_SOFT));
		KUNIT_EXPECT_FALSE(test, charge(f, 3, 1, UB_SOFT));
		KUNIT_EXPECT_TRUE(test, charge(f, 3, 5, UB_FORCE));
		KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 115);
		KUNIT_EXPECT_EQ(test, f->c.maxheld, 115);
		KUNIT_EXPECT_EQ(test, credits(f), 0);
	}
}

/* Credits are given below the peak only, and found when they are needed. */
static void ub_test_credits(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);
	unsigned int cpu;

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 100, UB_HARD));
	KUNIT_EXPECT_EQ(test, credits(f), 0);
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 100));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 0);

	for (cpu = 0; cpu < CPUS; cpu++)
		KUNIT_EXPECT_TRUE(test, charge(f, cpu, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), CPUS);
	KUNIT_EXPECT_EQ(test, credits(f), CPUS * BATCH);
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 100);

	/* The last one leaves no room for credits, but nothing is lost. */
	KUNIT_EXPECT_TRUE(test, charge(f, 0, 96, UB_HARD));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 100);
	KUNIT_EXPECT_EQ(test, credits(f), 0);
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 100);
	KUNIT_EXPECT_TRUE(test, charge(f, 1, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 101);
}

/* A credit on another CPU is no reason to refuse. */
static void ub_test_no_early_refusal(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);

	ub_counter_bounds(&f->c, 200, 200);
	KUNIT_EXPECT_TRUE(test, charge(f, 0, 200, UB_HARD));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 150));
	KUNIT_EXPECT_TRUE(test, charge(f, 3, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, credits(f), BATCH);
	KUNIT_EXPECT_TRUE(test, charge(f, 0, 149, UB_HARD));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 200);
	KUNIT_EXPECT_FALSE(test, charge(f, 0, 1, UB_HARD));
}

/* Lowering a bound takes the credits back, refuses and frees nothing. */
static void ub_test_lower_bound(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 500, UB_HARD));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 300));
	KUNIT_EXPECT_TRUE(test, charge(f, 1, 1, UB_HARD));
	KUNIT_EXPECT_GT(test, credits(f), 0L);
	ub_counter_bounds(&f->c, 50, 60);
	KUNIT_EXPECT_EQ(test, credits(f), 0);
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 201);
	KUNIT_EXPECT_FALSE(test, charge(f, 1, 1, UB_HARD));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 1, 160));
	KUNIT_EXPECT_EQ(test, credits(f), 0);
	KUNIT_EXPECT_TRUE(test, charge(f, 1, 9, UB_HARD));
	KUNIT_EXPECT_FALSE(test, charge(f, 1, 1, UB_HARD));
}

/* What a CPU keeps of returned units is bounded. */
static void ub_test_park_bound(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);
	int i;

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 1000, UB_HARD));
	for (i = 0; i < 1000; i++) {
		KUNIT_EXPECT_TRUE(test, uncharge(f, i % CPUS, 1));
		KUNIT_EXPECT_LE(test, credits(f), 2L * BATCH * CPUS);
	}
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 0);
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 1000);
}

/* Against a plain counter: no drift, no false refusal, no false peak. */
static void ub_test_random(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);
	unsigned long held = 0, peak = 0, barrier = 300;
	struct rnd_state rnd;
	int i;

	prandom_seed_state(&rnd, 42);
	ub_counter_bounds(&f->c, barrier, barrier);
	for (i = 0; i < 20000; i++) {
		unsigned int cpu = prandom_u32_state(&rnd) % CPUS;
		unsigned long n = 1 + prandom_u32_state(&rnd) % 12;

		if (i % 1000 == 999) {
			barrier = 100 + prandom_u32_state(&rnd) % 400;
			ub_counter_bounds(&f->c, barrier, barrier);
		}
		/* Tend up for a while, then down. */
		if (prandom_u32_state(&rnd) % 100 < (i / 500 % 2 ? 35 : 60)) {
			bool done = charge(f, cpu, n, UB_HARD);

			KUNIT_ASSERT_EQ(test, done, held + n <= barrier);
			held += done ? n : 0;
			peak = max(peak, held);
		} else if (n <= held) {
			KUNIT_ASSERT_TRUE(test, uncharge(f, cpu, n));
			held -= n;
		}
		KUNIT_ASSERT_EQ(test, ub_counter_held(&f->c), held);
		KUNIT_ASSERT_EQ(test, f->c.maxheld, peak);
	}
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, held));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 0);
}

/* Credits are used up to the peak and the barrier itself. */
static void ub_test_at_peak(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 1, UB_HARD));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 1));
	KUNIT_EXPECT_EQ(test, credits(f), 1);
	KUNIT_EXPECT_TRUE(test, ub_credit_take(ub_credit(&f->c, 0), 1));
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 1);
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 1));
	/* Another CPU's credit is no peak, and no way around a lowered barrier. */
	KUNIT_EXPECT_TRUE(test, charge(f, 1, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 1);
	KUNIT_EXPECT_TRUE(test, uncharge(f, 1, 1));
	ub_counter_bounds(&f->c, 0, 0);
	KUNIT_EXPECT_FALSE(test, charge(f, 1, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 0);
}

/*
 * What is given back while a barrier was lowered below what is held must not
 * become a credit: it would be a way around the barrier. What is given back
 * after a collection must be found by the next one.
 */
static void ub_test_park_after_collection(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 100, UB_HARD));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 1));
	KUNIT_EXPECT_EQ(test, credits(f), 1);
	ub_counter_bounds(&f->c, 50, 50);
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 1));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 1, 1));
	KUNIT_EXPECT_EQ(test, credits(f), 0);
	KUNIT_EXPECT_FALSE(test, charge(f, 0, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 97);

	ub_counter_bounds(&f->c, 97, 97);
	KUNIT_EXPECT_TRUE(test, uncharge(f, 2, 3));
	KUNIT_EXPECT_EQ(test, credits(f), 3);
	KUNIT_EXPECT_TRUE(test, charge(f, 3, 3, UB_HARD));
	KUNIT_EXPECT_FALSE(test, charge(f, 2, 1, UB_HARD));
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 100);
}

/* More given back than charged is told and repaired. */
static void ub_test_underflow(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 10, UB_HARD));
	KUNIT_EXPECT_FALSE(test, uncharge(f, 1, 11));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 0);
	KUNIT_EXPECT_EQ(test, f->c.held, 0);
	KUNIT_EXPECT_TRUE(test, charge(f, 1, 3, UB_HARD));
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 3);
}

static void ub_test_restore(struct kunit *test)
{
	struct ub_fixture *f = ub_fixture(test, true);

	KUNIT_EXPECT_TRUE(test, charge(f, 0, 50, UB_FORCE));
	KUNIT_EXPECT_TRUE(test, uncharge(f, 0, 40));
	ub_counter_restore(&f->c, 30, 7);
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 30);
	KUNIT_EXPECT_EQ(test, f->c.failcnt, 7);
	ub_counter_restore(&f->c, 5, 0);
	KUNIT_EXPECT_EQ(test, f->c.maxheld, 10);
	KUNIT_EXPECT_EQ(test, f->c.failcnt, 0);
	KUNIT_EXPECT_EQ(test, ub_counter_held(&f->c), 10);
}

static void ub_test_parse(struct kunit *test)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "1k", "0x10", "MAX", "unlimited",
		"9223372036854775808", "18446744073709551616",
	};
	unsigned long value;
	size_t i;

	KUNIT_EXPECT_EQ(test, ub_parse_value("0", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 0);
	KUNIT_EXPECT_EQ(test, ub_parse_value("max", &value), 0);
	KUNIT_EXPECT_EQ(test, value, UB_MAXVALUE);
	KUNIT_EXPECT_EQ(test, ub_parse_value("9223372036854775807", &value), 0);
	KUNIT_EXPECT_EQ(test, value, UB_MAXVALUE);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, ub_parse_value(bad[i], &value), -EINVAL,
				    "\"%s\"", bad[i]);
}

static void ub_test_names(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ub_find_name("kmemsize"), 0);
	KUNIT_EXPECT_EQ(test, ub_find_name("numproc"), 5);
	KUNIT_EXPECT_EQ(test, ub_find_name("numiptent"), 23);
	KUNIT_EXPECT_EQ(test, ub_find_name("swappages"), 24);
	KUNIT_EXPECT_EQ(test, ub_find_name("dummy"), -EINVAL);
	KUNIT_EXPECT_EQ(test, ub_find_name("num"), -EINVAL);
	KUNIT_EXPECT_EQ(test, ub_find_name(""), -EINVAL);
}

/* What parsers of three generations expect, to the byte. */
static void ub_test_format(struct kunit *test)
{
	static const char want[] =
		"Version: 2.5\n"
		"       uid  resource                     held              maxheld"
		"              barrier                limit              failcnt\n"
		"      101:  kmemsize                        1                    2"
		"                    3  9223372036854775807                    5\n"
		"            privvmpages                     1                    2"
		"                    3  9223372036854775807                    5\n";
	struct ub_row row = { 1, 2, 3, UB_MAXVALUE, 5 };
	struct seq_file m = { .size = 1024 };

	m.buf = kunit_kzalloc(test, m.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	ub_print_head(&m);
	ub_print_row(&m, "101:", "kmemsize", &row);
	ub_print_row(&m, "", "privvmpages", &row);
	m.buf[m.count] = '\0';
	KUNIT_EXPECT_STREQ(test, m.buf, want);
}

static struct kunit_case ub_test_cases[] = {
	KUNIT_CASE(ub_test_defaults),
	KUNIT_CASE(ub_test_bounds),
	KUNIT_CASE(ub_test_credits),
	KUNIT_CASE(ub_test_no_early_refusal),
	KUNIT_CASE(ub_test_lower_bound),
	KUNIT_CASE(ub_test_park_bound),
	KUNIT_CASE(ub_test_random),
	KUNIT_CASE(ub_test_at_peak),
	KUNIT_CASE(ub_test_park_after_collection),
	KUNIT_CASE(ub_test_underflow),
	KUNIT_CASE(ub_test_restore),
	KUNIT_CASE(ub_test_parse),
	KUNIT_CASE(ub_test_names),
	KUNIT_CASE(ub_test_format),
	{ }
};

static struct kunit_suite ub_test_suite = {
	.name = "vz-beancounter",
	.test_cases = ub_test_cases,
};
kunit_test_suite(ub_test_suite);
