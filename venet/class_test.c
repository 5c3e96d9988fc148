// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: tables of traffic classes against the rule in its plainest form, and
 * counters that are set while others count. The live tables are not touched.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include "class.h"
#include "traffic.h"

static int parse(struct kunit *test, const char *text, bool v6, struct venet_classes **t)
{
	char *copy = kunit_kstrdup(test, text, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return venet_classes_parse(copy, v6, t);
}

static void classes_read_lines(struct kunit *test)
{
	static const struct {
		const char *text;
		bool v6;
		int ret;
		unsigned int lines;
	} row[] = {
		{ "", false, 0, 0 },
		{ "\n\t\n\n", false, 0, 0 },
		{ "1 0.0.0.0/0", false, 0, 1 },
		{ "1 0.0.0.0/0\n", false, 0, 1 },
		{ "\n 15\t10.0.0.0/8\t\n0 10.1.0.0/16\n", false, 0, 2 },
		{ "3 192.0.2.7", false, 0, 1 },
		{ "3 192.0.2.7/32", false, 0, 1 },
		{ "2 127.0.0.0/8\n2 224.0.0.0/4", false, 0, 2 },
		{ "1 ::/0", true, 0, 1 },
		{ "1 ::/0\n2 2001:db8::/32\n3 2001:db8::1", true, 0, 3 },
		/* the other family */
		{ "1 ::/0", false, -EINVAL, 0 },
		{ "1 0.0.0.0/0", true, -EINVAL, 0 },
		/* no class, or one that is none */
		{ "10.0.0.0/8", false, -EINVAL, 0 },
		{ "16 10.0.0.0/8", false, -EINVAL, 0 },
		{ "-1 10.0.0.0/8", false, -EINVAL, 0 },
		{ "+1 10.0.0.0/8", false, -EINVAL, 0 },
		{ "257 10.0.0.0/8", false, -EINVAL, 0 },
		{ "1x 10.0.0.0/8", false, -EINVAL, 0 },
		{ "x 10.0.0.0/8", false, -EINVAL, 0 },
		/* no network */
		{ "1", false, -EINVAL, 0 },
		{ "1 ", false, -EINVAL, 0 },
		{ "1 10.0.0.0/33", false, -EINVAL, 0 },
		{ "1 10.0.0.1/8", false, -EINVAL, 0 },
		{ "1 10.0.0.0/8 2", false, -EINVAL, 0 },
		{ "1 10.0.0.0/8 # words", false, -EINVAL, 0 },
		{ "1 10.0.0/8", false, -EINVAL, 0 },
		{ "1 ::/129", true, -EINVAL, 0 },
		/* a good line does not save a bad one */
		{ "1 10.0.0.0/8\nnonsense\n2 10.1.0.0/16", false, -EINVAL, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct venet_classes *t;
		int ret = parse(test, row[i].text, row[i].v6, &t);

		KUNIT_EXPECT_EQ_MSG(test, ret, row[i].ret, "'%s'", row[i].text);
		KUNIT_EXPECT_EQ_MSG(test, t ? t->nr_lines : 0, row[i].lines, "'%s'",
				    row[i].text);
		venet_classes_free(t);
	}
}

static int class_of(const struct venet_classes *t, bool v6, const char *addr)
{
	__be32 a[4] = {};

	if (!(v6 ? in6_pton : in4_pton)(addr, -1, (u8 *)a, -1, NULL))
		return -1;
	return venet_classes_find(t, v6, a);
}

static void classes_last_line_wins(struct kunit *test)
{
	static const struct { const char *addr; int class; } v4[] = {
		{ "0.0.0.0", 1 }, { "9.255.255.255", 1 }, { "10.0.0.0", 2 },
		{ "10.10.15.255", 2 }, { "10.10.16.0", 1 }, { "10.10.16.255", 1 },
		{ "10.10.17.0", 2 }, { "10.255.255.255", 2 }, { "11.0.0.0", 1 },
		/* a wider line that comes later hides the narrower one */
		{ "192.0.2.7", 5 }, { "192.0.2.255", 5 }, { "192.0.3.0", 1 },
		{ "255.255.255.254", 1 }, { "255.255.255.255", 15 },
	};
	static const struct { const char *addr; int class; } v6[] = {
		{ "::", 0 }, { "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", 0 },
		{ "2001:db8::", 2 }, { "2001:db8:1::1", 3 }, { "2001:db8:1::2", 2 },
		{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 2 }, { "2001:db9::", 0 },
		{ "2001:db8:2:0:ffff:ffff:ffff:ffff", 4 }, { "2001:db8:2:1::", 2 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 7 },
	};
	struct venet_classes *t;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, parse(test,
		"1 0.0.0.0/0\n2 10.0.0.0/8\n1 10.10.16.0/24\n4 192.0.2.7/32\n"
		"5 192.0.2.0/24\n15 255.255.255.255/32\n", false, &t), 0);
	for (i = 0; i < ARRAY_SIZE(v4); i++)
		KUNIT_EXPECT_EQ_MSG(test, class_of(t, false, v4[i].addr), v4[i].class, "%s",
				    v4[i].addr);
	venet_classes_free(t);

	KUNIT_ASSERT_EQ(test, parse(test,
		"2 2001:db8::/32\n3 2001:db8:1::1/128\n4 2001:db8:2::/64\n7 ff00::/8\n",
		true, &t), 0);
	for (i = 0; i < ARRAY_SIZE(v6); i++)
		KUNIT_EXPECT_EQ_MSG(test, class_of(t, true, v6[i].addr), v6[i].class, "%s",
				    v6[i].addr);
	venet_classes_free(t);
}

/* The rule as it is told: the last line that covers it. */
static u8 by_rule(const struct venet_classes *t, bool v6, const __be32 *addr)
{
	struct venet_prefix one;
	unsigned int i;
	u8 class = 0;

	venet_prefix_cut(&one, v6, addr, venet_bits(v6));
	for (i = 0; i < t->nr_lines; i++)
		if (venet_prefix_covers(&t->line[i].prefix, &one))
			class = t->line[i].class;
	return class;
}

static void random_address(struct rnd_state *rnd, __be32 a[4])
{
	static const u32 often[] = { 0, 0xffffffff, 0x80000000, 0x7fffffff };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		u32 r = prandom_u32_state(rnd);

		a[i] = cpu_to_be32(r & 7 ? often[r >> 8 & 3] : prandom_u32_state(rnd));
	}
}

/* Spans against the rule: random tables, and addresses at and beside each edge. */
static void classes_equal_their_rule(struct kunit *test)
{
	char *text = kunit_kzalloc(test, VENET_CLASS_TEXT, GFP_KERNEL);
	unsigned int round, i, wrong = 0;
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, text);
	prandom_seed_state(&rnd, 13);
	for (round = 0; round < 200; round++) {
		unsigned int lines = 1 + prandom_u32_state(&rnd) % 12, n = 0;
		char printed[VENET_PREFIX_TEXT];
		struct venet_classes *t;
		bool v6 = round & 1;
		struct venet_prefix p;
		__be32 a[4];

		for (i = 0; i < lines; i++) {
			random_address(&rnd, a);
			venet_prefix_cut(&p, v6, a,
					 prandom_u32_state(&rnd) % (venet_bits(v6) + 1));
			venet_prefix_print_len(&p, printed);
			n += scnprintf(text + n, VENET_CLASS_TEXT - n, "%u %s\n",
				       prandom_u32_state(&rnd) % VENET_CLASSES, printed);
		}
		KUNIT_ASSERT_EQ(test, venet_classes_parse(text, v6, &t), 0);
		for (i = 0; i < 200; i++) {
			const struct venet_class_span *s = &t->span[i / 2 % t->nr_spans];

			if (i % 2) {
				random_address(&rnd, a);
			} else {
				u64 lo = s->lo - (i / 2 / t->nr_spans & 1);
				u64 hi = s->hi - (v6 && lo > s->lo);

				a[0] = cpu_to_be32(v6 ? hi >> 32 : lo);
				a[1] = cpu_to_be32(hi);
				a[2] = cpu_to_be32(lo >> 32);
				a[3] = cpu_to_be32(lo);
			}
			wrong += venet_classes_find(t, v6, a) != by_rule(t, v6, a);
		}
		venet_classes_free(t);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static void classes_are_bounded(struct kunit *test)
{
	char *text = kunit_kzalloc(test, VENET_CLASS_TEXT, GFP_KERNEL);
	struct venet_classes *t;
	unsigned int i, n;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (i = n = 0; i < VENET_CLASS_LINES; i++)
		n += sprintf(text + n, "%u 10.%u.%u.0/24\n", i % 16, i / 256, i % 256);
	KUNIT_EXPECT_EQ(test, parse(test, text, false, &t), 0);
	KUNIT_EXPECT_EQ(test, class_of(t, false, "10.3.255.1"), 1023 % 16);
	KUNIT_EXPECT_EQ(test, class_of(t, false, "10.4.0.0"), 0);
	venet_classes_free(t);
	sprintf(text + n, "1 10.9.0.0/24\n");
	KUNIT_EXPECT_EQ(test, parse(test, text, false, &t), -ENOSPC);
	KUNIT_EXPECT_NULL(test, t);
}

static void traffic_reads_lines(struct kunit *test)
{
	static const struct { const char *text; int ret; } row[] = {
		{ "", 0 },
		{ "ipv4 0 1 2 3 4", 0 },
		{ "ipv4 0 1 2 3 4\nipv6 15 5 6 7 8\n", 0 },
		{ "ipv4 1 9223372036854775807 0 0 0", 0 },
		{ "ipv4 1 9223372036854775808 0 0 0", -EINVAL },
		{ "ipv4 1 99999999999999999999 0 0 0", -EINVAL },
		{ "ipv4 16 1 2 3 4", -EINVAL },
		{ "ipv4 -1 1 2 3 4", -EINVAL },
		{ "ipv4 1 1 2 3", -EINVAL },
		{ "ipv4 1 1 2 3 ", -EINVAL },
		{ "ipv4 1 1 2 3 4 5", -EINVAL },
		{ "ipv4 1 1 -2 3 4", -EINVAL },
		{ "ipv4 1 1 0x2 3 4", -EINVAL },
		{ "ipv5 1 1 2 3 4", -EINVAL },
		{ "1 1 2 3 4", -EINVAL },
		{ "ipv4 1 1 2 3 4\nipv4 1 1 2 3 4", -EINVAL },
		{ "ipv4 1 1 2 3 4\nnonsense", -EINVAL },
	};
	struct venet_counts *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, c);
	for (i = 0; i < ARRAY_SIZE(row); i++) {
		char *copy = kunit_kstrdup(test, row[i].text, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, copy);
		KUNIT_EXPECT_EQ_MSG(test, venet_traffic_parse(copy, c), row[i].ret, "'%s'",
				    row[i].text);
	}
}

static void traffic_goes_on_from_what_is_set(struct kunit *test)
{
	struct venet_traffic *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct venet_counts *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct venet_count n;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_ASSERT_EQ(test, venet_traffic_init(t), 0);
	local_bh_disable();
	venet_traffic_count(t, false, 3, VENET_TO_VE, 100);
	venet_traffic_count(t, true, 3, VENET_FROM_VE, 60);
	local_bh_enable();
	n = venet_traffic_read(t, false, 3, VENET_TO_VE);
	KUNIT_EXPECT_EQ(test, n.bytes, 100);
	KUNIT_EXPECT_EQ(test, n.packets, 1);

	c->of[false][3][VENET_TO_VE] = (struct venet_count){ .packets = 7, .bytes = 7000 };
	venet_traffic_set(t, c);
	local_bh_disable();
	venet_traffic_count(t, false, 3, VENET_TO_VE, 100);
	local_bh_enable();
	n = venet_traffic_read(t, false, 3, VENET_TO_VE);
	KUNIT_EXPECT_EQ(test, n.bytes, 7100);
	KUNIT_EXPECT_EQ(test, n.packets, 8);
	n = venet_traffic_read(t, true, 3, VENET_FROM_VE);
	KUNIT_EXPECT_EQ(test, n.bytes, 0);
	n = venet_traffic_sum(t, VENET_TO_VE);
	KUNIT_EXPECT_EQ(test, n.packets, 8);
	venet_traffic_free(t);
}

static struct kunit_case venet_class_cases[] = {
	KUNIT_CASE(classes_read_lines),
	KUNIT_CASE(classes_last_line_wins),
	KUNIT_CASE(classes_equal_their_rule),
	KUNIT_CASE(classes_are_bounded),
	KUNIT_CASE(traffic_reads_lines),
	KUNIT_CASE(traffic_goes_on_from_what_is_set),
	{ }
};

static struct kunit_suite venet_class_suite = {
	.name = "venet_class",
	.test_cases = venet_class_cases,
};
kunit_test_suite(venet_class_suite);
