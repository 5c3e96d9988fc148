/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * venet: one routed point-to-point device in each VE and one on the host.
 * A global table says which VE owns which addresses; the devices carry no
 * addresses of their own as far as we are concerned.
 *
 * Locks, outermost first: RTNL > venet_mutex > hold->writer > hold->lock.
 * The packet path takes RCU and, only for a VE that is held, hold->lock.
 */
#ifndef _VENET_H
#define _VENET_H

#include <linux/bitmap.h>
#include <linux/inet.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>
#include <vz/controller.h>

struct seq_file;

/* --- prefix.c: addresses and prefixes as numbers and as text ------------- */

/* "ffff:...:ffff/128" and the terminating zero. */
#define VENET_PREFIX_TEXT	(INET6_ADDRSTRLEN + 4)

/**
 * struct venet_prefix - an address or a network
 * @v6: IPv6, else IPv4
 * @len: bits that count; 32 or 128 for one address
 * @a: the address, network order; bits beyond @len are 0, words not used too
 */
struct venet_prefix {
	bool	v6;
	u8	len;
	__be32	a[4];
};

static inline unsigned int venet_bits(bool v6)
{
	return v6 ? 128 : 32;
}

int venet_prefix_parse(char *text, struct venet_prefix *p);
void venet_prefix_print(const struct venet_prefix *p,
			char text[VENET_PREFIX_TEXT]);
void venet_prefix_cut(struct venet_prefix *p, bool v6, const __be32 *addr,
		      unsigned int len);
bool venet_prefix_covers(const struct venet_prefix *outer,
			 const struct venet_prefix *inner);

static inline bool venet_prefix_equal(const struct venet_prefix *x,
				      const struct venet_prefix *y)
{
	return x->v6 == y->v6 && x->len == y->len &&
	       !memcmp(x->a, y->a, sizeof(x->a));
}

/* --- table.c: which VE owns an address ------------------------------------ */

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
 */
struct venet_table {
	struct mutex		*lock;
	struct hlist_head	bucket[1 << VENET_HASH_BITS];
	DECLARE_BITMAP(used[2], 129);
	unsigned int		count[2][129];
};

int venet_table_add(struct venet_table *t, const struct venet_prefix *p,
		    struct venet_ve *owner);
int venet_table_del(struct venet_table *t, const struct venet_prefix *p,
		    struct venet_ve *owner);
void venet_table_clear(struct venet_table *t, struct venet_ve *owner);
struct venet_ve *venet_table_find(const struct venet_table *t, bool v6,
				  const __be32 *addr);

/* --- hold.c: packets that wait while a VE is moved ------------------------ */

#define VENET_HOLD_PACKETS	1024
#define VENET_HOLD_BYTES	(4UL << 20)

enum venet_hold_mode {
	VENET_FLOW,	/* nothing waits */
	VENET_HOLD,	/* packets are queued */
	VENET_DROP,	/* packets are discarded */
};

/**
 * struct venet_hold - the packets of one VE that wait
 * @lock: protects the rest; taken with BH off
 * @writer: one who changes the mode or lets packets go at a time
 * @mode: enum venet_hold_mode; the packet path peeks with READ_ONCE()
 * @queue: scrubbed packets, oldest first; its own lock is not used
 * @bytes: sum of their truesize
 * @dropped: packets discarded since the hold began
 */
struct venet_hold {
	spinlock_t		lock;
	struct mutex		writer;
	int			mode;
	struct sk_buff_head	queue;
	unsigned long		bytes;
	u64			dropped;
};

enum venet_direction {
	VENET_TO_VE,
	VENET_FROM_VE,
};

void venet_hold_init(struct venet_hold *h);
bool venet_hold_take(struct venet_hold *h, struct sk_buff *skb,
		     enum venet_direction dir);
void venet_hold_start(struct venet_hold *h);
void venet_hold_drop(struct venet_hold *h);
void venet_hold_release(struct venet_hold *h,
			void (*pass)(struct sk_buff *skb,
				     enum venet_direction dir, void *arg),
			void *arg);
void venet_hold_forget_sent(struct venet_hold *h);

static inline bool venet_held(const struct venet_hold *h)
{
	return unlikely(READ_ONCE(h->mode) != VENET_FLOW);
}

/* --- the VE's part --------------------------------------------------------- */

/**
 * struct venet_stats - packets of one VE on one CPU
 * @packets: per enum venet_direction
 * @bytes: per enum venet_direction
 * @spoofed: sent with a source address the VE does not own
 * @syncp: for 32-bit readers
 */
struct venet_stats {
	u64_stats_t		packets[2];
	u64_stats_t		bytes[2];
	u64_stats_t		spoofed;
	struct u64_stats_sync	syncp;
};

/**
 * struct venet_ve - what venet knows of a VE
 * @ve: the VE; this structure lives as long as its css
 * @link: link in venet_ves, under venet_mutex
 * @addrs: struct venet_addr, under venet_mutex
 * @dead: the css went offline, no address may be added; under venet_mutex
 * @dev: the VE's device, NULL when there is none; written under RTNL
 * @hold: the packets that wait. It belongs to the VE, not to the device:
 *        a VE that is being restored has no device yet
 * @stats: counters, they survive the device
 * @spoof_log: limits the log lines about foreign source addresses
 */
struct venet_ve {
	struct ve			*ve;
	struct list_head		link;
	struct list_head		addrs;
	bool				dead;
	struct net_device __rcu		*dev;
	struct venet_hold		hold;
	struct venet_stats __percpu	*stats;
	struct ratelimit_state		spoof_log;
};

/* owner.c */
extern struct mutex venet_mutex;
extern struct list_head venet_ves;
extern struct venet_table venet_owners;
/* The host's device, NULL when it was deleted. Written under RTNL. */
extern struct net_device __rcu *venet_host;

int venet_arm(struct ve *ve, u32 id);
void venet_offline(struct ve *ve);
void venet_free(struct ve *ve);

/* NULL while the VE is not bound: a binding that fails in the end frees it. */
static inline struct venet_ve *ve_venet(struct ve *ve)
{
	/* pairs with ve_bind() */
	return smp_load_acquire(&ve->id) ? ve->venet : NULL;
}

/* xmit.c */
netdev_tx_t venet_xmit(struct sk_buff *skb, struct net_device *dev);
void venet_release(struct venet_ve *vve);

/* device.c */

/**
 * struct venet_dev - private part of a venet device
 * @vve: the VE's part, NULL for the host's device; fixed from ndo_init on.
 *       The device holds a reference to the VE until it is freed
 */
struct venet_dev {
	struct venet_ve		*vve;
};

/* files.c */
extern struct cftype venet_files[];

/* proc.c: the addresses a VE owns as /proc/vz/veinfo has them. May sleep. */
void venet_show_addresses(struct seq_file *m, struct ve *ve);

#endif /* _VENET_H */
