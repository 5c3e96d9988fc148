// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what shapers let pass over simulated time, alone and beside each
 * other, and rates as text. The host's pools are not touched.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include "shape.h"
#include "shape_files.h"

/* Each sends as fast as it may; so many VEs, a pool. */
struct race {
	struct venet_pool	pool;
	struct venet_shaper	ve[3];
	u64			sent[3];
};

static void discard(struct sk_buff *skb, u8 class, void *arg)
{
	if (arg)
		++*(unsigned int *)arg;
	kfree_skb(skb);
}

static struct race *new_race(struct kunit *test, u32 total)
{
	struct race *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, r);
	spin_lock_init(&r->pool.lock);
	r->pool.bucket.rate = total * 125ULL;
	for (i = 0; i < ARRAY_SIZE(r->ve); i++)
		venet_shaper_init(&r->ve[i], 1, &r->pool, discard, NULL);
	return r;
}

static void set(struct race *r, unsigned int ve, u32 kbit, bool bound)
{
	struct venet_rate rate = { .kbit = kbit, .bound = bound };

	venet_shaper_set(&r->ve[ve], &rate);
}

/* Steps of 100 us; in each everybody with a rate tries two packets, in turn first. */
static void run(struct race *r, unsigned int seconds, unsigned int len)
{
	u64 now = 1000 * NSEC_PER_SEC, end = now + seconds * NSEC_PER_SEC, when;
	unsigned int i, k;

	for (; now < end; now += 100 * NSEC_PER_USEC) {
		for (i = 0; i < 2 * ARRAY_SIZE(r->ve); i++) {
			k = (i + now / (100 * NSEC_PER_USEC)) % ARRAY_SIZE(r->ve);
			if (!r->ve[k].own.rate)
				continue;
			local_bh_disable();
			spin_lock(&r->ve[k].lock);
			if (venet_shaper_may(&r->ve[k], len, now, &when))
				r->sent[k] += len;
			spin_unlock(&r->ve[k].lock);
			local_bh_enable();
		}
		cond_resched();
	}
}

/* kbit/s within 2 percent and the burst. */
static void expect_rate(struct kunit *test, struct race *r, unsigned int ve,
			unsigned int seconds, u32 kbit)
{
	u64 got = r->sent[ve] / 125 / seconds;

	KUNIT_EXPECT_GE_MSG(test, got, kbit * 97 / 100, "VE %u", ve);
	KUNIT_EXPECT_LE_MSG(test, got, kbit * 103 / 100, "VE %u", ve);
}

static void shape_keeps_a_rate(struct kunit *test)
{
	static const u32 kbit[] = { 64, 1000, 8000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kbit); i++) {
		struct race *r = new_race(test, 0);

		set(r, 0, kbit[i], true);
		run(r, 4, 500);
		expect_rate(test, r, 0, 4, kbit[i]);
	}
}

/* Without a pool there is nothing to borrow. */
static void shape_borrows_from_the_pool_only(struct kunit *test)
{
	struct race *r = new_race(test, 0);

	set(r, 0, 1000, false);
	run(r, 4, 1500);
	expect_rate(test, r, 0, 4, 1000);

	r = new_race(test, 4000);
	set(r, 0, 1000, false);
	run(r, 4, 1500);
	expect_rate(test, r, 0, 4, 4000);

	r = new_race(test, 4000);
	set(r, 0, 1000, true);
	run(r, 4, 1500);
	expect_rate(test, r, 0, 4, 1000);
}

static void shape_keeps_what_is_promised(struct kunit *test)
{
	struct race *r = new_race(test, 4000);

	/* the first may take all that is left, the second has its own in any case */
	set(r, 0, 100, false);
	set(r, 1, 2000, true);
	run(r, 4, 1500);
	expect_rate(test, r, 1, 4, 2000);
	KUNIT_EXPECT_LE(test, (r->sent[0] + r->sent[1]) / 125 / 4, 4100);
	KUNIT_EXPECT_GE(test, (r->sent[0] + r->sent[1]) / 125 / 4, 3800);

	/* more is promised than there is: promises go first */
	r = new_race(test, 1000);
	set(r, 0, 800, false);
	set(r, 1, 800, true);
	run(r, 4, 1500);
	expect_rate(test, r, 0, 4, 800);
	expect_rate(test, r, 1, 4, 800);
}

/* A silent VE saves up no more than the burst. */
static void shape_saves_little(struct kunit *test)
{
	struct race *r = new_race(test, 0);
	u64 now = 1000 * NSEC_PER_SEC, sent = 0, when;

	set(r, 0, 8000, true);
	local_bh_disable();
	spin_lock(&r->ve[0].lock);
	while (venet_shaper_may(&r->ve[0], 1000, now, &when))
		sent += 1000;
	spin_unlock(&r->ve[0].lock);
	local_bh_enable();
	/* 50 ms of 1000 bytes a ms */
	KUNIT_EXPECT_GE(test, sent, 50000);
	KUNIT_EXPECT_LE(test, sent, 52000);
	KUNIT_EXPECT_GT(test, when, now);
}

/* A flood whose rate is taken away has no part in the next rate. */
static void shape_lets_go_without_a_rate(struct kunit *test)
{
	struct race *r = new_race(test, 0);
	unsigned int i, passed = 0;
	bool sent;

	r->ve[0].arg = &passed;
	set(r, 0, 1, true);
	for (i = 0; i < 6; i++) {
		struct sk_buff *skb = alloc_skb(1000, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, skb);
		skb_put(skb, 1000);
		local_bh_disable();
		if (!venet_shaper_take(&r->ve[0], skb, &sent))
			kfree_skb(skb);
		local_bh_enable();
	}
	KUNIT_EXPECT_EQ(test, passed, 0);
	local_bh_disable();
	set(r, 0, 0, true);
	KUNIT_EXPECT_EQ(test, passed, 5);
	local_bh_enable();
	venet_shaper_stop(&r->ve[0]);
}

static void shape_reads_rates(struct kunit *test)
{
	static const struct { const char *text; int ret; } row[] = {
		{ "", 0 },
		{ "1 8 bound 0", 0 },
		{ "0 1 borrow 1000\n15 100000000 bound 65535\n", 0 },
		{ "1 0 bound 0", -EINVAL },
		{ "1 100000001 bound 0", -EINVAL },
		{ "1 8 bound 65536", -EINVAL },
		{ "1 -8 bound 0", -EINVAL },
		{ "16 8 bound 0", -EINVAL },
		{ "1 8 bound", -EINVAL },
		{ "1 8", -EINVAL },
		{ "1 8 free 0", -EINVAL },
		{ "1 8 bound 0 0", -EINVAL },
		{ "1 8 bound 0\n1 9 bound 0", -EINVAL },
		{ "1 8 bound 0\nnonsense", -EINVAL },
		{ "eth0 1 8 bound 0", -EINVAL },
	};
	struct venet_rate rate[VENET_CLASSES];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		char *copy = kunit_kstrdup(test, row[i].text, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		KUNIT_EXPECT_EQ_MSG(test, venet_rates_parse(copy, rate), row[i].ret, "'%s'",
				    row[i].text);
	}
}

static struct kunit_case venet_shape_cases[] = {
	KUNIT_CASE(shape_keeps_a_rate),
	KUNIT_CASE(shape_borrows_from_the_pool_only),
	KUNIT_CASE(shape_keeps_what_is_promised),
	KUNIT_CASE(shape_saves_little),
	KUNIT_CASE(shape_lets_go_without_a_rate),
	KUNIT_CASE(shape_reads_rates),
	{ }
};

static struct kunit_suite venet_shape_suite = {
	.name = "venet_shape",
	.test_cases = venet_shape_cases,
};
kunit_test_suite(venet_shape_suite);
