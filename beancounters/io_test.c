// SPDX-License-Identifier: GPL-2.0-only
/* The token bucket of iolimit, with a clock of the test's own. */
#include <kunit/test.h>
#include <linux/time64.h>
#include "bucket.h"

#define MB	(1ULL << 20)
#define T0	(1000 * NSEC_PER_SEC)	/* any time */

static void no_limit(struct kunit *test)
{
	struct ub_bucket b = { };

	ub_bucket_charge(&b, ~0ULL, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), 0);
	KUNIT_EXPECT_EQ(test, b.paid, 0);
}

static void burst_is_free(struct kunit *test)
{
	struct ub_bucket b = { .speed = 4 * MB };

	ub_bucket_charge(&b, MB, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), 0);
	ub_bucket_charge(&b, MB, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), NSEC_PER_SEC / 4);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0 + NSEC_PER_SEC / 8), NSEC_PER_SEC / 8);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0 + NSEC_PER_SEC / 4), 0);
}

/* Idle time is no credit beyond the burst. */
static void idle_earns_no_more(struct kunit *test)
{
	struct ub_bucket b = { .speed = 4 * MB, .paid = T0 };

	ub_bucket_charge(&b, 4 * MB, T0 + 1000 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0 + 1000 * NSEC_PER_SEC),
			NSEC_PER_SEC - UB_BUCKET_BURST);
}

/* Page by page, sleeping off each debt: the rate is the speed. */
static void holds_the_rate(struct kunit *test)
{
	struct ub_bucket b = { .speed = 3000000 };
	u64 now = T0, sum = 0, want;

	while (now < T0 + 10 * NSEC_PER_SEC) {
		ub_bucket_charge(&b, 4096, now);
		sum += 4096;
		now += ub_bucket_debt(&b, now);
		now += 777;
	}
	want = 10 * b.speed + b.speed * UB_BUCKET_BURST / NSEC_PER_SEC;
	KUNIT_EXPECT_LE(test, sum, want + 4096);
	KUNIT_EXPECT_GE(test, sum, want - 8192);
}

/* A charge is never lost in the rounding of a fast limit. */
static void small_charges_add_up(struct kunit *test)
{
	struct ub_bucket b = { .speed = 1000 };
	int i;

	for (i = 0; i < 1000; i++)
		ub_bucket_charge(&b, 1, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), NSEC_PER_SEC - UB_BUCKET_BURST);
}

static void debt_is_bounded(struct kunit *test)
{
	struct ub_bucket b = { .speed = 1 };
	const u64 max = (u64)UB_BUCKET_MAX_DEBT * NSEC_PER_SEC;

	ub_bucket_charge(&b, UB_BUCKET_MAX_DEBT, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), max - UB_BUCKET_BURST);
	ub_bucket_charge(&b, ~0ULL, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), max);
	ub_bucket_charge(&b, ~0ULL, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), max);
	b.speed = ~0ULL;
	ub_bucket_charge(&b, ~0ULL, T0);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0), max);
}

static void new_speed_forgives(struct kunit *test)
{
	struct ub_bucket b = { .speed = 1 };

	ub_bucket_charge(&b, 50, T0);
	ub_bucket_set(&b, 2, T0 + 1);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0 + 1), 0);
	ub_bucket_charge(&b, 4, T0 + 1);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0 + 1), 2 * NSEC_PER_SEC - UB_BUCKET_BURST);
	ub_bucket_set(&b, 0, T0 + 2);
	KUNIT_EXPECT_EQ(test, ub_bucket_debt(&b, T0 + 2), 0);
}

static struct kunit_case ub_io_cases[] = {
	KUNIT_CASE(no_limit),
	KUNIT_CASE(burst_is_free),
	KUNIT_CASE(idle_earns_no_more),
	KUNIT_CASE(holds_the_rate),
	KUNIT_CASE(small_charges_add_up),
	KUNIT_CASE(debt_is_bounded),
	KUNIT_CASE(new_speed_forgives),
	{ }
};

static struct kunit_suite ub_io_suite = {
	.name = "vz-io",
	.test_cases = ub_io_cases,
};
kunit_test_suite(ub_io_suite);
