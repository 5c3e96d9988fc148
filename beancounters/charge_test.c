// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of who may be refused: that is decided by the object, so a charge
 * for a running VE is refused whoever makes it, a kernel thread, a softirq that
 * interrupts one, or one with bottom halves off. The tests themselves run in a
 * kernel thread. They own their VE, which no cgroup has and nobody else sees.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/timer.h>
#include "counters.h"

/* Silent: nobody is to be told of these failures. */
#define SEVERITY	(UB_HARD | UB_TEST)
#define BARRIER		3

static struct ve *charge_ve(struct kunit *test, enum ve_state state)
{
	struct ub_counters *cs = kunit_kzalloc(test, sizeof(*cs), GFP_KERNEL);
	struct ve *ve = kunit_kzalloc(test, sizeof(*ve), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, cs);
	KUNIT_ASSERT_NOT_NULL(test, ve);
	for (i = 0; i < UB_NR_RESOURCES; i++)
		ub_counter_init(&cs->res[i]);
	ub_counter_bounds(&cs->res[UB_NUMPTY], BARRIER, BARRIER);
	cs->ve = ve;
	ve->state = state;
	ve->ub.counters = cs;
	ub_charge(ve, UB_NUMPTY, BARRIER);
	return ve;
}

static void charge_from_thread(struct kunit *test)
{
	struct ve *ve = charge_ve(test, VE_RUNNING);

	KUNIT_ASSERT_TRUE(test, current->flags & PF_KTHREAD);
	KUNIT_EXPECT_EQ(test, ub_try_charge(ve, UB_NUMPTY, 1, SEVERITY), -ENOMEM);
	KUNIT_EXPECT_EQ(test, ub_held(ve, UB_NUMPTY), BARRIER);
}

static void charge_with_bh_off(struct kunit *test)
{
	struct ve *ve = charge_ve(test, VE_STOPPING);
	int err;

	local_bh_disable();
	err = ub_try_charge(ve, UB_NUMPTY, 1, SEVERITY);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_EQ(test, ub_held(ve, UB_NUMPTY), BARRIER);
}

struct charge_timer {
	struct timer_list timer;
	struct completion done;
	struct ve *ve;
	int err;
};

static void charge_in_timer(struct timer_list *timer)
{
	struct charge_timer *t = from_timer(t, timer, timer);

	t->err = ub_try_charge(t->ve, UB_NUMPTY, 1, SEVERITY);
	complete(&t->done);
}

static void charge_from_softirq(struct kunit *test)
{
	struct charge_timer t = { .ve = charge_ve(test, VE_RUNNING) };

	init_completion(&t.done);
	timer_setup_on_stack(&t.timer, charge_in_timer, 0);
	mod_timer(&t.timer, jiffies + 1);
	wait_for_completion(&t.done);
	del_timer_sync(&t.timer);
	destroy_timer_on_stack(&t.timer);
	KUNIT_EXPECT_EQ(test, t.err, -ENOMEM);
	KUNIT_EXPECT_EQ(test, ub_held(t.ve, UB_NUMPTY), BARRIER);
}

/* A VE that is being set up or restored is never refused. */
static void charge_before_running(struct kunit *test)
{
	static const enum ve_state states[] = { VE_STOPPED, VE_STARTING, VE_RESTORING };
	struct ve *ve;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		ve = charge_ve(test, states[i]);
		KUNIT_EXPECT_EQ(test, ub_try_charge(ve, UB_NUMPTY, 1, SEVERITY), 0);
		KUNIT_EXPECT_EQ(test, ub_held(ve, UB_NUMPTY), BARRIER + 1);
	}
}

static struct kunit_case charge_cases[] = {
	KUNIT_CASE(charge_from_thread),
	KUNIT_CASE(charge_with_bh_off),
	KUNIT_CASE(charge_from_softirq),
	KUNIT_CASE(charge_before_running),
	{ }
};

static struct kunit_suite charge_suite = {
	.name = "ub_charge",
	.test_cases = charge_cases,
};
kunit_test_suite(charge_suite);

MODULE_DESCRIPTION("KUnit tests of who may be refused");
MODULE_LICENSE("GPL");
