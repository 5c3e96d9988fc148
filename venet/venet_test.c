// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: prefixes as text, the table of owners, the queue of a held VE. Each
 * test has a table or a hold of its own; the live ones are not touched.
 */
#include <kunit/test.h>
#include <linux/slab.h>
#include "table.h"
#include "venet.h"

/* --- prefixes ---------------------------------------------------------------- */

static void prefix_reads_and_prints(struct kunit *test)
{
	static const struct { const char *text, *printed; } good[] = {
		{ "10.77.1.5", "10.77.1.5" },
		{ "10.77.1.5/32", "10.77.1.5" },
		{ "10.77.1.0/24", "10.77.1.0/24" },
		{ "192.0.0.0/2", NULL },
		{ "128.0.0.0/2", "128.0.0.0/2" },
		{ "255.255.255.255", NULL },
		{ "fd77::1:5", "fd77::1:5" },
		{ "FD77:0:0:0:0:0:1:5/128", "fd77::1:5" },
		{ "2001:db8:0:1::/64", "2001:db8:0:1::/64" },
		{ "2000::/3", "2000::/3" },
		{ "2001:0db8:1111:2222:3333:4444:5555:6660/124",
		  "2001:db8:1111:2222:3333:4444:5555:6660/124" },
		/* bits beyond the length */
		{ "10.77.1.5/24", NULL },
		{ "2001:db8::1/64", NULL },
		/* no address, or more than one */
		{ "", NULL }, { "/", NULL }, { "/24", NULL }, { "10.77.1", NULL },
		{ "10.77.1.5.6", NULL }, { "10.77.1.256", NULL },
		{ "10.77.1.5 ", NULL }, { "10.77.1.5x", NULL },
		{ "10.77.1.5\n10.77.1.6", NULL }, { "fd77:::5", NULL },
		{ "venet0", NULL },
		/* bad lengths */
		{ "10.77.1.0/", NULL }, { "10.77.1.0/33", NULL },
		{ "10.77.1.0/-1", NULL }, { "10.77.1.0/+24", NULL },
		{ "10.77.1.0/24/24", NULL }, { "2001:db8::/129", NULL },
		/* what no VE may own, and what covers it */
		{ "0.0.0.0", NULL }, { "0.0.0.0/0", NULL }, { "127.0.0.1", NULL },
		{ "126.0.0.0/7", NULL }, { "224.0.0.1", NULL },
		{ "240.0.0.1", NULL }, { "::", NULL }, { "::1", NULL },
		{ "::/0", NULL }, { "::ffff:10.77.1.5", NULL },
		{ "fe80::1", NULL }, { "fe80::/9", NULL }, { "ff02::1", NULL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		char text[64], printed[VENET_PREFIX_TEXT];
		struct venet_prefix p;
		int ret;

		strscpy(text, good[i].text);
		ret = venet_prefix_parse(text, &p);
		KUNIT_EXPECT_EQ_MSG(test, ret, good[i].printed ? 0 : -EINVAL,
				    "'%s'", good[i].text);
		if (ret || !good[i].printed)
			continue;
		venet_prefix_print(&p, printed);
		KUNIT_EXPECT_STREQ(test, printed, good[i].printed);
	}
}

static struct venet_prefix parse(struct kunit *test, const char *s)
{
	struct venet_prefix p;
	char text[64];

	strscpy(text, s);
	KUNIT_ASSERT_EQ_MSG(test, venet_prefix_parse(text, &p), 0, "'%s'", s);
	return p;
}

static void prefix_covers(struct kunit *test)
{
	static const struct { const char *outer, *inner; bool covers; } row[] = {
		{ "10.77.1.0/24", "10.77.1.5", true },
		{ "10.77.1.0/24", "10.77.1.0/24", true },
		{ "10.77.1.0/24", "10.77.1.128/25", true },
		{ "10.77.1.0/24", "10.77.2.5", false },
		{ "10.77.1.5", "10.77.1.0/24", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "2001:db8::/127", "2001:db8::1", true },
		{ "2001:db8::/127", "2001:db8::2", false },
		{ "2000::/3", "10.77.1.5", false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(row); i++) {
		struct venet_prefix outer = parse(test, row[i].outer);
		struct venet_prefix inner = parse(test, row[i].inner);

		KUNIT_EXPECT_EQ_MSG(test, venet_prefix_covers(&outer, &inner),
				    row[i].covers, "%s, %s", row[i].outer,
				    row[i].inner);
	}
}

/* --- the table ----------------------------------------------------------------- */

struct world {
	struct mutex		lock;
	struct venet_table	table;
	struct venet_ve		ve[2];
};

static struct world *new_world(struct kunit *test)
{
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, w);
	mutex_init(&w->lock);
	w->table.lock = &w->lock;
	for (i = 0; i < ARRAY_SIZE(w->ve); i++)
		INIT_LIST_HEAD(&w->ve[i].addrs);
	return w;
}

static int add(struct kunit *test, struct world *w, int ve, const char *text)
{
	struct venet_prefix p = parse(test, text);
	int ret;

	mutex_lock(&w->lock);
	ret = venet_table_add(&w->table, &p, &w->ve[ve]);
	mutex_unlock(&w->lock);
	return ret;
}

static int del(struct kunit *test, struct world *w, int ve, const char *text)
{
	struct venet_prefix p = parse(test, text);
	int ret;

	mutex_lock(&w->lock);
	ret = venet_table_del(&w->table, &p, &w->ve[ve]);
	mutex_unlock(&w->lock);
	return ret;
}

/* Return: 0 or 1 for the owner, -1 for nobody. */
static int owner(struct kunit *test, struct world *w, const char *text)
{
	struct venet_prefix p = parse(test, text);
	struct venet_ve *vve;

	rcu_read_lock();
	vve = venet_table_find(&w->table, p.v6, p.a);
	rcu_read_unlock();
	return vve ? vve - w->ve : -1;
}

static void clear(struct world *w)
{
	mutex_lock(&w->lock);
	venet_table_clear(&w->table, &w->ve[0]);
	venet_table_clear(&w->table, &w->ve[1]);
	mutex_unlock(&w->lock);
}

static void table_has_one_owner(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.5"), -1);
	KUNIT_EXPECT_EQ(test, add(test, w, 0, "10.77.1.5"), 0);
	KUNIT_EXPECT_EQ(test, add(test, w, 0, "10.77.1.5"), 0);
	KUNIT_EXPECT_TRUE(test, list_is_singular(&w->ve[0].addrs));
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.1.5"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "fd77::1:5"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.5"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "fd77::1:5"), 1);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.6"), -1);
	KUNIT_EXPECT_EQ(test, del(test, w, 1, "10.77.1.5"), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, del(test, w, 0, "10.77.1.5"), 0);
	KUNIT_EXPECT_EQ(test, del(test, w, 0, "10.77.1.5"), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.5"), -1);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.1.5"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.5"), 1);
	clear(w);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.5"), -1);
	KUNIT_EXPECT_EQ(test, owner(test, w, "fd77::1:5"), -1);
}

static void table_refuses_overlap(struct kunit *test)
{
	struct world *w = new_world(test);

	KUNIT_EXPECT_EQ(test, add(test, w, 0, "10.77.1.0/24"), 0);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.1.5"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.1.0/24"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.0.0/16"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.2.0/24"), 0);
	/* a VE may own both a network and addresses of it */
	KUNIT_EXPECT_EQ(test, add(test, w, 0, "10.77.1.5"), 0);
	KUNIT_EXPECT_EQ(test, del(test, w, 0, "10.77.1.0/24"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.5"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "10.77.1.6"), -1);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.1.0/24"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "10.77.1.6"), 0);

	KUNIT_EXPECT_EQ(test, add(test, w, 0, "2001:db8:0:1::5"), 0);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "2001:db8:0:1::/64"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, add(test, w, 0, "2001:db8:0:1::/64"), 0);
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "2001:db8:0:2::/64"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "2001:db8:0:1:ffff::"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "2001:db8:0:2::1"), 1);
	KUNIT_EXPECT_EQ(test, owner(test, w, "2001:db8:0:3::1"), -1);
	/* IPv6 addresses whose words fold to the same, and an IPv4 one like them */
	KUNIT_EXPECT_EQ(test, add(test, w, 1, "2001:db8:0:5:0:6:0:7"), 0);
	KUNIT_EXPECT_EQ(test, add(test, w, 0, "2001:db8:0:6:0:5:0:7"), 0);
	KUNIT_EXPECT_EQ(test, add(test, w, 0, "32.1.13.184"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "2001:db8:0:5:0:6:0:7"), 1);
	KUNIT_EXPECT_EQ(test, owner(test, w, "2001:db8:0:6:0:5:0:7"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "2001:db8:0:7:0:6:0:5"), -1);
	KUNIT_EXPECT_EQ(test, owner(test, w, "32.1.13.184"), 0);
	KUNIT_EXPECT_EQ(test, owner(test, w, "32.1.13.185"), -1);
	clear(w);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(w->table.used[0], 129));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(w->table.used[1], 129));
	KUNIT_EXPECT_EQ(test, w->table.networks[0] + w->table.networks[1], 0);
}

/* More addresses than buckets: chains, and lengths stay counted right. */
static void table_holds_many(struct kunit *test)
{
	struct world *w = new_world(test);
	unsigned int i, n = 3 << VENET_HASH_BITS, wrong = 0;
	struct venet_prefix p;
	__be32 addr;

	for (i = 0; i < n; i++) {
		addr = htonl(0x0a000000 + i * 7);
		venet_prefix_cut(&p, false, &addr, 32);
		mutex_lock(&w->lock);
		wrong += !!venet_table_add(&w->table, &p, &w->ve[i & 1]);
		mutex_unlock(&w->lock);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	rcu_read_lock();
	for (i = 0; i < n; i++) {
		addr = htonl(0x0a000000 + i * 7);
		wrong += venet_table_find(&w->table, false, &addr) != &w->ve[i & 1];
		addr = htonl(0x0a000000 + i * 7 + 1);
		wrong += !!venet_table_find(&w->table, false, &addr);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, w->table.count[0][32], n);
	clear(w);
	KUNIT_EXPECT_EQ(test, w->table.count[0][32], 0);
}

/* --- the hold -------------------------------------------------------------------- */

/* What came out of a release, and a packet to send in the middle of it. */
struct sink {
	struct kunit		*test;
	struct venet_hold	*hold;
	unsigned int		got, wrong, to_ve;
	bool			feed;
};

static struct sk_buff *new_packet(struct kunit *test, u32 number, unsigned int len)
{
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_data(skb, &number, sizeof(number));
	return skb;
}

/* Return: true when the hold took the packet; else it is freed here. */
static bool take(struct kunit *test, struct venet_hold *h, u32 number,
		 unsigned int len, enum venet_direction dir)
{
	struct sk_buff *skb = new_packet(test, number, len);
	bool took;

	local_bh_disable();
	took = venet_hold_take(h, skb, dir);
	local_bh_enable();
	if (!took)
		kfree_skb(skb);
	return took;
}

static void swallow(struct sk_buff *skb, enum venet_direction dir, void *arg)
{
	struct sink *s = arg;

	if (*(u32 *)skb->data != s->got)
		s->wrong++;
	s->got++;
	s->to_ve += dir == VENET_TO_VE;
	kfree_skb(skb);
	if (s->feed && s->got == 1)
		KUNIT_EXPECT_TRUE(s->test, take(s->test, s->hold, 3, 64,
						VENET_TO_VE));
}

static struct venet_hold *new_hold(struct kunit *test)
{
	struct venet_hold *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, h);
	venet_hold_init(h);
	return h;
}

static void hold_keeps_order(struct kunit *test)
{
	struct venet_hold *h = new_hold(test);
	struct sink s = { .test = test, .hold = h, .feed = true };

	KUNIT_EXPECT_FALSE(test, take(test, h, 9, 64, VENET_TO_VE));
	venet_hold_start(h);
	KUNIT_EXPECT_TRUE(test, take(test, h, 0, 64, VENET_TO_VE));
	KUNIT_EXPECT_TRUE(test, take(test, h, 1, 64, VENET_FROM_VE));
	venet_hold_start(h);
	KUNIT_EXPECT_TRUE(test, take(test, h, 2, 64, VENET_TO_VE));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&h->queue), 3);
	venet_hold_release(h, swallow, &s);
	KUNIT_EXPECT_EQ(test, s.got, 4);	/* one came in the meantime */
	KUNIT_EXPECT_EQ(test, s.wrong, 0);
	KUNIT_EXPECT_EQ(test, s.to_ve, 3);
	KUNIT_EXPECT_EQ(test, h->dropped, 0);
	KUNIT_EXPECT_EQ(test, h->bytes, 0);
	KUNIT_EXPECT_FALSE(test, take(test, h, 9, 64, VENET_TO_VE));
}

static void hold_is_bounded_by_packets(struct kunit *test)
{
	struct venet_hold *h = new_hold(test);
	struct sink s = { .test = test, .hold = h };
	unsigned int i;

	venet_hold_start(h);
	for (i = 0; i < VENET_HOLD_PACKETS + 5; i++)
		KUNIT_EXPECT_TRUE(test, take(test, h, i, 64, VENET_TO_VE));
	KUNIT_EXPECT_EQ(test, skb_queue_len(&h->queue), VENET_HOLD_PACKETS);
	KUNIT_EXPECT_EQ(test, h->dropped, 5);
	venet_hold_release(h, swallow, &s);
	KUNIT_EXPECT_EQ(test, s.got, VENET_HOLD_PACKETS);
	KUNIT_EXPECT_EQ(test, s.wrong, 0);	/* the oldest were kept */
	venet_hold_start(h);
	KUNIT_EXPECT_EQ(test, h->dropped, 0);	/* counted anew */
}

static void hold_is_bounded_by_bytes(struct kunit *test)
{
	struct venet_hold *h = new_hold(test);
	struct sink s = { .test = test, .hold = h };
	unsigned int i;

	venet_hold_start(h);
	for (i = 0; !h->dropped && i < VENET_HOLD_PACKETS; i++)
		take(test, h, i, 32000, VENET_FROM_VE);
	KUNIT_EXPECT_EQ(test, h->dropped, 1);
	KUNIT_EXPECT_LE(test, h->bytes, VENET_HOLD_BYTES);
	KUNIT_EXPECT_GT(test, h->bytes, VENET_HOLD_BYTES - 2 * 65536);
	venet_hold_release(h, swallow, &s);
	KUNIT_EXPECT_EQ(test, s.got, i - 1);
	KUNIT_EXPECT_EQ(test, s.wrong, 0);
	KUNIT_EXPECT_EQ(test, h->bytes, 0);
}

static void hold_discards(struct kunit *test)
{
	struct venet_hold *h = new_hold(test);
	struct sink s = { .test = test, .hold = h };

	venet_hold_start(h);
	take(test, h, 0, 64, VENET_TO_VE);
	take(test, h, 1, 64, VENET_FROM_VE);
	venet_hold_drop(h);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&h->queue), 0);
	KUNIT_EXPECT_TRUE(test, take(test, h, 2, 64, VENET_TO_VE));
	KUNIT_EXPECT_EQ(test, h->dropped, 3);
	venet_hold_release(h, swallow, &s);
	KUNIT_EXPECT_EQ(test, s.got, 0);
	KUNIT_EXPECT_FALSE(test, take(test, h, 3, 64, VENET_TO_VE));
}

static void hold_forgets_what_the_dead_sent(struct kunit *test)
{
	struct venet_hold *h = new_hold(test);
	struct sink s = { .test = test, .hold = h };

	venet_hold_start(h);
	take(test, h, 0, 64, VENET_TO_VE);
	take(test, h, 7, 64, VENET_FROM_VE);
	take(test, h, 1, 64, VENET_TO_VE);
	take(test, h, 8, 64, VENET_FROM_VE);
	venet_hold_forget_sent(h);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&h->queue), 2);
	venet_hold_release(h, swallow, &s);
	KUNIT_EXPECT_EQ(test, s.got, 2);
	KUNIT_EXPECT_EQ(test, s.wrong, 0);
	KUNIT_EXPECT_EQ(test, h->bytes, 0);
}

static struct kunit_case venet_cases[] = {
	KUNIT_CASE(prefix_reads_and_prints),
	KUNIT_CASE(prefix_covers),
	KUNIT_CASE(table_has_one_owner),
	KUNIT_CASE(table_refuses_overlap),
	KUNIT_CASE(table_holds_many),
	KUNIT_CASE(hold_keeps_order),
	KUNIT_CASE(hold_is_bounded_by_packets),
	KUNIT_CASE(hold_is_bounded_by_bytes),
	KUNIT_CASE(hold_discards),
	KUNIT_CASE(hold_forgets_what_the_dead_sent),
	{ }
};

static struct kunit_suite venet_suite = {
	.name = "venet",
	.test_cases = venet_cases,
};
kunit_test_suite(venet_suite);
