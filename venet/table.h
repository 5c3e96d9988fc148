/* SPDX-License-Identifier: GPL-2.0-only */
/* Which VE owns an address: see table.c. */
#ifndef _VENET_TABLE_H
#define _VENET_TABLE_H

#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include "prefix.h"

struct venet_ve;

#define VENET_HASH_BITS		12

/**
 * struct venet_addr - one prefix owned by one VE
 * @hash: link in the table
 * @link: link in @owner's list, in order of adding
 * @prefix: what is owned
 * @owner: who owns it
 * @rcu: freed after the readers
 */
struct venet_addr {
	struct hlist_node	hash;
	struct list_head	link;
	struct venet_prefix	prefix;
	struct venet_ve		*owner;
	struct rcu_head		rcu;
};

/**
 * struct venet_table - prefixes and their owners
 * @lock: held by all who change the table
 * @bucket: hash of prefixes; readers under RCU
 * @used: for each family the lengths in use, bit (bits - length), so that the
 *        lowest bit is the longest prefix
 * @count: how many prefixes have that length
 * @networks: how many are shorter than an address
 */
struct venet_table {
	struct mutex		*lock;
	struct hlist_head	bucket[1 << VENET_HASH_BITS];
	DECLARE_BITMAP(used[2], 129);
	unsigned int		count[2][129];
	unsigned int		networks[2];
};

int venet_table_add(struct venet_table *t, const struct venet_prefix *p,
		    struct venet_ve *owner);
int venet_table_del(struct venet_table *t, const struct venet_prefix *p,
		    struct venet_ve *owner);
void venet_table_clear(struct venet_table *t, struct venet_ve *owner);
struct venet_ve *venet_table_find(const struct venet_table *t, bool v6,
				  const __be32 *addr);

#endif /* _VENET_TABLE_H */
