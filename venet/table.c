// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of owned prefixes: a hash that is read under RCU and changed
 * under table->lock. Whole addresses are most of what is owned, and each packet
 * asks for one: they are looked up by themselves, then the networks, once per
 * length in use. Entries are freed an RCU grace period after removal.
 */
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "table.h"
#include "venet.h"

static u32 venet_table_hash_whole(bool v6, const __be32 *a)
{
	__be32 word = v6 ? a[0] ^ a[1] ^ a[2] ^ a[3] : a[0];

	return hash_32((__force u32)word, VENET_HASH_BITS);
}

static u32 venet_table_hash(const struct venet_prefix *p)
{
	if (p->len == venet_bits(p->v6))
		return venet_table_hash_whole(p->v6, p->a);
	return jhash2((__force const u32 *)p->a, p->v6 ? 4 : 1,
		      p->len << 1 | p->v6) >> (32 - VENET_HASH_BITS);
}

static struct venet_addr *venet_table_find_exact(const struct venet_table *t,
						 const struct venet_prefix *p)
{
	struct venet_addr *addr;

	hlist_for_each_entry_rcu(addr, &t->bucket[venet_table_hash(p)], hash,
				 lockdep_is_held(t->lock))
		if (venet_prefix_equal(&addr->prefix, p))
			return addr;
	return NULL;
}

/* Context: RCU read lock. */
static struct venet_addr *venet_table_find_whole(const struct venet_table *t, bool v6,
						 const __be32 *a)
{
	struct venet_addr *addr;
	const struct venet_prefix *p;

	hlist_for_each_entry_rcu(addr, &t->bucket[venet_table_hash_whole(v6, a)], hash) {
		p = &addr->prefix;
		if (p->a[0] != a[0] || p->v6 != v6 || p->len != venet_bits(v6))
			continue;
		if (!v6 || !memcmp(p->a, a, sizeof(p->a)))
			return addr;
	}
	return NULL;
}

/**
 * venet_table_find - owner of an address
 * @t: the table
 * @v6: family of @addr
 * @addr: one word for IPv4, four for IPv6
 *
 * Context: RCU read lock, any context. Return: the owner of the longest
 * prefix that covers @addr, or NULL.
 */
struct venet_ve *venet_table_find(const struct venet_table *t, bool v6,
				  const __be32 *addr)
{
	struct venet_addr *entry = venet_table_find_whole(t, v6, addr);
	unsigned int bits = venet_bits(v6), i = 1;
	struct venet_prefix p;

	if (entry)
		return entry->owner;
	if (!READ_ONCE(t->networks[v6]))
		return NULL;
	for_each_set_bit_from(i, t->used[v6], bits + 1) {
		venet_prefix_cut(&p, v6, addr, bits - i);
		entry = venet_table_find_exact(t, &p);
		if (entry)
			return entry->owner;
	}
	return NULL;
}

/* Context: @t->lock. */
static void venet_table_count(struct venet_table *t, const struct venet_prefix *p, int by)
{
	unsigned int shorter = venet_bits(p->v6) - p->len;

	t->count[p->v6][p->len] += by;
	if (shorter)
		WRITE_ONCE(t->networks[p->v6], t->networks[p->v6] + by);
	assign_bit(shorter, t->used[p->v6], t->count[p->v6][p->len]);
}

/* Does another VE own any address of @p? */
static bool venet_table_taken(const struct venet_table *t, const struct venet_prefix *p,
			      const struct venet_ve *owner)
{
	struct venet_addr *addr;
	struct venet_prefix outer;
	unsigned int bits = venet_bits(p->v6), len, i;

	for (len = 0; len <= p->len; len++) {
		if (!t->count[p->v6][len])
			continue;
		venet_prefix_cut(&outer, p->v6, p->a, len);
		addr = venet_table_find_exact(t, &outer);
		if (addr && addr->owner != owner)
			return true;
	}
	if (p->len == bits)
		return false;
	for (i = 0; i < ARRAY_SIZE(t->bucket); i++)
		hlist_for_each_entry(addr, &t->bucket[i], hash)
			if (addr->owner != owner &&
			    venet_prefix_covers(p, &addr->prefix))
				return true;
	return false;
}

/**
 * venet_table_add - give a prefix to a VE
 * @t: the table
 * @p: the prefix
 * @owner: the VE's part
 *
 * Context: @t->lock, may sleep. Return: 0, also when @owner has it already;
 * -EADDRINUSE when another VE owns an address of it; -ENOMEM.
 */
int venet_table_add(struct venet_table *t, const struct venet_prefix *p,
		    struct venet_ve *owner)
{
	struct venet_addr *addr;

	lockdep_assert_held(t->lock);
	if (venet_table_taken(t, p, owner))
		return -EADDRINUSE;
	if (venet_table_find_exact(t, p))
		return 0;
	addr = kmalloc(sizeof(*addr), GFP_KERNEL);
	if (!addr)
		return -ENOMEM;
	addr->prefix = *p;
	addr->owner = owner;
	list_add_tail(&addr->link, &owner->addrs);
	hlist_add_head_rcu(&addr->hash, &t->bucket[venet_table_hash(p)]);
	venet_table_count(t, p, 1);
	return 0;
}

static void venet_table_remove(struct venet_table *t, struct venet_addr *addr)
{
	const struct venet_prefix *p = &addr->prefix;

	venet_table_count(t, p, -1);
	hlist_del_rcu(&addr->hash);
	list_del(&addr->link);
	kfree_rcu(addr, rcu);
}

/**
 * venet_table_del - take a prefix from a VE
 * @t: the table
 * @p: the prefix, as it was added
 * @owner: the VE's part
 *
 * Context: @t->lock. Return: 0, -EADDRNOTAVAIL when @owner does not have it.
 */
int venet_table_del(struct venet_table *t, const struct venet_prefix *p,
		    struct venet_ve *owner)
{
	struct venet_addr *addr;

	lockdep_assert_held(t->lock);
	addr = venet_table_find_exact(t, p);
	if (!addr || addr->owner != owner)
		return -EADDRNOTAVAIL;
	venet_table_remove(t, addr);
	return 0;
}

/* Take everything from @owner. Context: @t->lock. */
void venet_table_clear(struct venet_table *t, struct venet_ve *owner)
{
	struct venet_addr *addr, *next;

	lockdep_assert_held(t->lock);
	list_for_each_entry_safe(addr, next, &owner->addrs, link)
		venet_table_remove(t, addr);
}
