/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One counter of one VE, and the set of them. Private to beancounters/.
 */
#ifndef _VZ_COUNTER_H
#define _VZ_COUNTER_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/llist.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <vz/abi.h>
#include "bucket.h"
#include "refusals.h"

struct file;
struct inode;
struct mem_cgroup;
struct mm_struct;
struct proc_dir_entry;
struct seq_file;
struct ub_io;
struct ve;

/* Resources whose charges are batched, X(SYMBOL, size of a credit). */
#define UB_BATCHED(X) \
	X(KMEMSIZE,	32 * PAGE_SIZE) \
	X(PRIVVMPAGES,	256) \
	X(SHMPAGES,	64) \
	X(NUMPROC,	4) \
	X(NUMTCPSOCK,	8) \
	X(NUMFLOCK,	4) \
	X(NUMSIGINFO,	4) \
	X(TCPSNDBUF,	16 * PAGE_SIZE) \
	X(TCPRCVBUF,	16 * PAGE_SIZE) \
	X(OTHERSOCKBUF,	4 * PAGE_SIZE) \
	X(DGRAMRCVBUF,	4 * PAGE_SIZE) \
	X(NUMOTHERSOCK,	8) \
	X(DCACHESIZE,	4 * PAGE_SIZE) \
	X(NUMFILE,	8) \
	X(NUMCONNTRACK,	8) \
	X(PIPEPAGES,	64)

/* Each has a credit on every CPU. */
enum ub_batched {
#define UB_BATCHED_ENUM(sym, batch)	UB_BATCHED_##sym,
	UB_BATCHED(UB_BATCHED_ENUM)
#undef UB_BATCHED_ENUM
	UB_NR_BATCHED,
};

/**
 * struct ub_slot - credits of one CPU
 * @credit: units charged already and free for use on this CPU
 *
 * Changed with atomics only: its own CPU takes and parks, others collect.
 */
struct ub_slot {
	atomic_long_t credit[UB_NR_BATCHED];
} ____cacheline_aligned_in_smp;

/**
 * struct ub_counter - one resource
 * @lock: protects what follows; a leaf lock, irq-safe
 * @parked: some CPU may hold credit
 * @slowly: what is given back must not stay on the CPU without a look at the
 *	counter: nothing is @parked yet, or @held is above @room
 * @index: position of its credit in struct ub_slot
 * @nr_slots: number of @slots
 * @batch: size of a credit, 0 when the resource is not batched
 * @keep: most that a CPU may hold
 * @slots: credits of all CPUs
 * @held: charged, credits included
 * @room: largest @held at which there may be credits: the barrier or the peak
 * @maxheld: largest @held ever without credits
 * @barrier: hard charges stop here
 * @limit: soft charges stop here, never below @barrier
 * @failcnt: refusals
 *
 * The fast paths read the first line only, and nothing there changes while
 * they succeed.
 */
struct ub_counter {
	spinlock_t	lock;
	bool		parked;
	bool		slowly;
	u8		index;
	u16		nr_slots;
	unsigned int	batch;
	long		keep;
	struct ub_slot	*slots;
	long		held;
	long		room;
	unsigned long	maxheld;
	unsigned long	barrier;
	unsigned long	limit;
	unsigned long	failcnt;
} ____cacheline_aligned_in_smp;

/**
 * struct ub_fput - files that no task of the VE closes, see fput.c
 * @files: to be closed
 * @work: closes them; queued when there are, and holds the VE then
 * @pace: CPU time, ns; changed by @work only
 */
struct ub_fput {
	struct llist_head	files;
	struct delayed_work	work;
	struct ub_bucket	pace;
};

/**
 * struct ub_counters - all counters of a VE
 * @ve: the VE
 * @slots: credits, one per possible CPU
 * @io: counters and limits of IO
 * @proc: /proc/bc/<id>, NULL when there is none
 * @fput: files to be closed
 * @notify: tells readers of ve.ub.events about new failures
 * @refusals: the last ones
 * @oom_round: global OOM that @oom_overdraft was computed for
 * @oom_overdraft: pages, see ub_overdraft(); both under oom_lock
 * @res: the counters
 */
struct ub_counters {
	struct ve		*ve;
	struct ub_slot		*slots;
	struct ub_io		*io;
	struct proc_dir_entry	*proc;
	struct ub_fput		fput;
	struct delayed_work	notify;
	struct ub_refusals	refusals;
	unsigned long		oom_round;
	long			oom_overdraft;
	struct ub_counter	res[UB_NR_RESOURCES];
};

/**
 * struct ub_row - a resource as it is shown
 */
struct ub_row {
	unsigned long held;
	unsigned long maxheld;
	unsigned long barrier;
	unsigned long limit;
	unsigned long failcnt;
};

void ub_credit_mend(struct ub_counter *c, atomic_long_t *credit);

/* Credit of @c on @cpu; being moved to another CPU meanwhile is harmless. */
static __always_inline atomic_long_t *ub_credit(const struct ub_counter *c, unsigned int cpu)
{
	return &c->slots[cpu].credit[c->index];
}

/* Pay @n with a CPU's credit. Return: false when it does not cover it. */
static __always_inline bool ub_credit_take(atomic_long_t *credit, long n)
{
	long have = atomic_long_read(credit);

	do {
		if (unlikely(have < n))
			return false;
	} while (unlikely(!atomic_long_try_cmpxchg(credit, &have, have - n)));
	return true;
}

/*
 * Keep @n that is given back as a CPU's credit. Return: false when there is too
 * much of it. A constant @n is not above any row's batch.
 */
static __always_inline bool ub_credit_park(struct ub_counter *c, atomic_long_t *credit, long n)
{
	if (unlikely((!__builtin_constant_p(n) && n > c->batch) ||
		     atomic_long_read(credit) + n > c->keep))
		return false;
	atomic_long_add(n, credit);
	/* Pairs with ub_collect_locked(): it sees the credit or we see slowly. */
	smp_mb__after_atomic();
	if (unlikely(READ_ONCE(c->slowly)))
		ub_credit_mend(c, credit);
	return true;
}

/* batch.c: arithmetic on a single counter, no knowledge of VEs; so are the three above */
void ub_counter_init(struct ub_counter *c);
void ub_counter_batch(struct ub_counter *c, struct ub_slot *slots,
		      unsigned int nr_slots, unsigned int index,
		      unsigned int batch);
bool ub_charge_locked(struct ub_counter *c, unsigned int cpu, unsigned long n,
		      unsigned long bound);
bool ub_uncharge_locked(struct ub_counter *c, unsigned int cpu, unsigned long n);
long ub_collect_locked(struct ub_counter *c);
unsigned long ub_counter_held(struct ub_counter *c);
void ub_counter_bounds(struct ub_counter *c, unsigned long barrier,
		       unsigned long limit);
void ub_counter_restore(struct ub_counter *c, unsigned long maxheld,
			unsigned long failcnt);

static inline bool ub_is_memory(enum ub_resource res)
{
	return res == UB_PHYSPAGES || res == UB_SWAPPAGES || res == UB_OOMGUARPAGES;
}

/* core.c */
extern const char *const ub_names[UB_NR_RESOURCES];
bool ub_is_dummy(enum ub_resource res);
bool ub_is_live(enum ub_resource res);
int ub_find_name(const char *name);
void ub_read_row(struct ve *ve, enum ub_resource res, struct ub_row *row);
void ub_gather(struct ve *ve, struct ub_row rows[UB_NR_RESOURCES]);
struct ub_counters *ub_counters(struct ve *ve);
int ub_check(struct ve *ve, enum ub_resource res, unsigned long held,
	     unsigned long n, unsigned int severity);

/* fail.c */
#ifdef CONFIG_VE_FAIL_CHARGE
bool ub_should_fail(unsigned long n);
#else
static inline bool ub_should_fail(unsigned long n) { return false; }
#endif

/* fput.c */
void ub_fput_init(struct ub_fput *fput);

/* memory.c: rows that the memory controller counts */
struct mem_cgroup *ub_get_memcg(struct ve *ve);
void ub_memory_row(struct ve *ve, struct mem_cgroup *memcg, enum ub_resource res,
		   struct ub_row *row);
int ub_memory_set_limit(struct ve *ve, enum ub_resource res, unsigned long limit);

/* numcgroup.c: counted by the cgroup core */
void ub_cgroup_row(struct ve *ve, struct ub_row *row);
unsigned long ub_host_cgroups(void);
/* memory.c: rows with another default than "unlimited" */
void ub_memory_defaults(struct ub_counters *cs);

/* kmemsize.c */
int ub_arm_kmem(struct ve *ve);
void ub_disarm_kmem(struct ve *ve);
void ub_drop_unused(struct ve *ve, gfp_t gfp);
int ub_charge_slab(struct ve *ve, enum ub_resource res, gfp_t gfp,
		   unsigned long bytes, unsigned int severity);

/* lockedpages.c */
void ub_set_locked(struct mm_struct *mm, unsigned long pages);

/* oom.c */
long ub_overdraft(unsigned long used, unsigned long guarantee, unsigned long held);
long ub_oom_bias(long points, long overdraft);

/* proc.c */
struct proc_dir_entry *ub_proc_add(u32 id, struct ve *ve);
void ub_print_head(struct seq_file *m);
void ub_put_value(struct seq_file *m, unsigned long value, unsigned int width);
void ub_print_row(struct seq_file *m, const char *uid, const char *name,
		  const struct ub_row *row);
void ub_host_row(enum ub_resource res, struct ub_row *row);
int ub_open_ve(struct inode *inode, struct file *file,
	       int (*show)(struct seq_file *m, void *v));

/* proc_ve.c */
bool ub_proc_add_files(struct proc_dir_entry *dir, struct ve *ve);

/* files.c: text of a value, "max" for the largest */
int ub_parse_value(const char *text, unsigned long *value);

#endif /* _VZ_COUNTER_H */
