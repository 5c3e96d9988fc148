// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the order in which a global OOM chooses: overdraft of a VE,
 * points of its tasks. Arithmetic only; nothing is owned.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <vz/abi.h>
#include "oom.h"

#define MOST	((1L << 30) - 1)

static void ub_test_overdraft(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ub_overdraft(0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, ub_overdraft(10, 0, 5), 15);
	KUNIT_EXPECT_EQ(test, ub_overdraft(10, 15, 5), 0);
	KUNIT_EXPECT_EQ(test, ub_overdraft(10, 100, 5), -85);
	/* "unlimited" as guarantee, and sums that do not fit */
	KUNIT_EXPECT_EQ(test, ub_overdraft(10, UB_MAXVALUE, 5), -MOST);
	KUNIT_EXPECT_EQ(test, ub_overdraft(ULONG_MAX, 0, ULONG_MAX), MOST);
	KUNIT_EXPECT_EQ(test, ub_overdraft(ULONG_MAX, UB_MAXVALUE, 1), MOST);
	KUNIT_EXPECT_EQ(test, ub_overdraft(0, MOST, 0), -MOST);
	KUNIT_EXPECT_EQ(test, ub_overdraft(MOST, 0, 1), MOST);
}

/* The VE decides, then the task; the host is last, and what must live lives. */
static void ub_test_oom_order(struct kunit *test)
{
	static const long drafts[] = { LONG_MIN, -MOST, -1, 0, 1, MOST };
	static const long points[] = { -(1L << 40), -1000, 0, 1, 1000000, 1L << 40 };
	long last = LONG_MIN, now;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(drafts); i++) {
		KUNIT_EXPECT_EQ(test, ub_oom_bias(LONG_MIN, drafts[i]), LONG_MIN);
		for (j = 0; j < ARRAY_SIZE(points); j++) {
			now = ub_oom_bias(points[j], drafts[i]);
			KUNIT_EXPECT_GT_MSG(test, now, last, "draft %ld, points %ld",
					    drafts[i], points[j]);
			last = now;
		}
	}
	/* Room for oom_task_origin(), which has LONG_MAX. */
	KUNIT_EXPECT_LT(test, last, LONG_MAX);
}

static struct kunit_case ub_oom_cases[] = {
	KUNIT_CASE(ub_test_overdraft),
	KUNIT_CASE(ub_test_oom_order),
	{ }
};

static struct kunit_suite ub_oom_suite = {
	.name = "ub_oom",
	.test_cases = ub_oom_cases,
};
kunit_test_suite(ub_oom_suite);
