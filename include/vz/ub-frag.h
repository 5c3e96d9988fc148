/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments that wait for the rest of their packet: kmemsize and physpages of the
 * VE in whose net namespace they wait, or that sent them through the host's.
 * <net/inet_frag.h> includes this before struct fqdir is defined, so a change
 * here compiles all of the network.
 *
 * owner: fqdir->ub_payer, the object cgroup of the net namespace's VE; in a net
 * namespace of the host, that of the packet's in the queue's ub_payer
 */
#ifndef _VZ_UB_FRAG_H
#define _VZ_UB_FRAG_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <vz/hook.h>

struct fqdir;
struct inet_frag_queue;
struct obj_cgroup;

/*
 * In a table: who pays for all of it; bytes that the payers of queues pay for.
 * In a queue: who pays for it in a table of the host, and how much, under its lock.
 */
#ifdef CONFIG_VE
#define UB_FRAG_PAYER	struct obj_cgroup *ub_payer; atomic_long_t ub_forwarded;
#define UB_FRAG_QUEUE	struct obj_cgroup *ub_payer; unsigned int ub_bytes;
#else
#define UB_FRAG_PAYER
#define UB_FRAG_QUEUE
#endif

void __ub_bind_frags(struct fqdir *fqdir);
void __ub_release_frags(struct fqdir *fqdir);
void __ub_charge_frags(struct fqdir *fqdir, long bytes);
bool __ub_refuses_frags(const struct fqdir *fqdir);
long __ub_count_frags(const struct fqdir *fqdir, long bytes);
void __ub_bind_frag(struct inet_frag_queue *q, unsigned int bytes);
void __ub_charge_frag(struct inet_frag_queue *q, unsigned int bytes);
void __ub_release_frag(struct inet_frag_queue *q);

/* A new table, which knows its net namespace. */
static inline void ub_bind_frags(struct fqdir *fqdir)
{
	VE_HOOK(__ub_bind_frags(fqdir));
}

/* It is about to be freed and counts nothing any more. */
static inline void ub_release_frags(struct fqdir *fqdir)
{
	VE_HOOK(__ub_release_frags(fqdir));
}

/* Its count changes by @bytes. Context: any but hard interrupts. */
static inline void ub_charge_frags(struct fqdir *fqdir, long bytes)
{
	VE_HOOK(__ub_charge_frags(fqdir, bytes));
}

/* The VE is beyond its limits: no new queue. */
static inline bool ub_refuses_frags(const struct fqdir *fqdir)
{
	return VE_HOOK(__ub_refuses_frags(fqdir), false);
}

/* Of @bytes in all, those that the table's own bound is to be compared with. */
static inline long ub_count_frags(const struct fqdir *fqdir, long bytes)
{
	return VE_HOOK(__ub_count_frags(fqdir, bytes), bytes);
}

/* A new queue, of @bytes itself. */
static inline void ub_bind_frag(struct inet_frag_queue *q, unsigned int bytes)
{
	VE_HOOK(__ub_bind_frag(q, bytes));
}

/* A fragment has come in. Queue's lock held. */
static inline void ub_charge_frag(struct inet_frag_queue *q, unsigned int bytes)
{
	VE_HOOK(__ub_charge_frag(q, bytes));
}

/* Nobody has a reference any more. */
static inline void ub_release_frag(struct inet_frag_queue *q)
{
	VE_HOOK(__ub_release_frag(q));
}

#endif /* _VZ_UB_FRAG_H */
