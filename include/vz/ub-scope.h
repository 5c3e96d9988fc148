/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scopes in which all memory that the kernel takes is kernel memory of a VE,
 * whether or not the place that takes it asks for that: kmemsize and physpages.
 *
 * owner: the memory cgroup of the calling task, or that of the net namespace's
 * VE. The slab keeps it beside each object, so an object is given back to who
 * paid for it, whoever frees it and whenever.
 *
 * A scope ends with the block in which it was begun. Scopes nest.
 */
#ifndef _VZ_UB_SCOPE_H
#define _VZ_UB_SCOPE_H

#include <linux/gfp_types.h>
#include <linux/sched.h>
#include <vz/hook.h>

struct mem_cgroup;
struct net;

#ifdef CONFIG_VE

/*
 * In a scope, and in one that nothing is forced into. Bits that are free in all
 * 6.12 releases. Softirqs write them too, in whatever task they interrupt, and
 * leave them as they were.
 */
#define PF_VE_PAYS		PF__HOLE__02000000
#define PF_VE_PAYS_STRICTLY	PF__HOLE__40000000

/**
 * struct ub_scope - how to end a scope
 * @flags: bits of current->flags that it has set
 * @active: it has changed the active memory cgroup ...
 * @memcg: ... to this one, with a reference ...
 * @old: ... from this one
 */
struct ub_scope {
	unsigned int flags;
	bool active;
	struct mem_cgroup *memcg;
	struct mem_cgroup *old;
};

struct ub_scope __ub_begin_scope(void);
struct ub_scope __ub_begin_net_scope(const struct net *net);
void __ub_end_scope(struct ub_scope *scope);
gfp_t __ub_scope_gfp(gfp_t gfp);

static inline void ub_end_scope(struct ub_scope *scope)
{
	if (unlikely(scope->flags || scope->active))
		__ub_end_scope(scope);
}

#define UB_SCOPE(begin) \
	struct ub_scope ub_scope __cleanup(ub_end_scope) __maybe_unused = \
		VE_HOOK(begin, (struct ub_scope){})

/* A call that a task makes to have the kernel keep something. May sleep. */
#define UB_CALLER_PAYS()	UB_SCOPE(__ub_begin_scope())

/* What packets make the kernel keep for @net. Context: any but hard interrupts. */
#define UB_NET_PAYS(net)	UB_SCOPE(__ub_begin_net_scope(net))

static inline unsigned int ub_leave_scope(void)
{
	unsigned int left = current->flags & (PF_VE_PAYS | PF_VE_PAYS_STRICTLY);

	current->flags &= ~left;
	return left;
}

static inline void ub_reenter_scope(unsigned int *left)
{
	current->flags |= *left;
}

/* To the end of the block what is taken is the node's: all share it. */
#define UB_NOBODY_PAYS() \
	unsigned int ub_left __cleanup(ub_reenter_scope) __maybe_unused = \
		VE_HOOK(ub_leave_scope(), 0U)

/* kmem_cache_alloc(), kmalloc(), vmalloc(), alloc_percpu(): what @gfp is in a scope. */
static __always_inline gfp_t ub_scope_gfp(gfp_t gfp)
{
	return VE_HOOK(unlikely(current->flags & PF_VE_PAYS) ? __ub_scope_gfp(gfp) : gfp, gfp);
}

/*
 * Not for the VE alone: tables and pools that all share, which may stay for ever,
 * and packets, which are on the accounts of sockets.
 */
static __always_inline gfp_t ub_shared_gfp(gfp_t gfp)
{
	return VE_HOOK(unlikely(current->flags & PF_VE_PAYS) ? gfp | __GFP_NO_OBJ_EXT : gfp, gfp);
}

/* The same for an object of slab cache @s, unless it is of a kind that nobody pays for. */
#define UB_SCOPE_SLAB(s, flags) \
	do { \
		if (!((s)->flags & (SLAB_NO_OBJ_EXT | SLAB_NOLEAKTRACE | \
				    SLAB_RECLAIM_ACCOUNT))) \
			(flags) = ub_scope_gfp(flags); \
	} while (0)

#else /* !CONFIG_VE */

#define UB_CALLER_PAYS()	do { } while (0)
#define UB_NET_PAYS(net)	do { } while (0)
#define UB_NOBODY_PAYS()	do { } while (0)
#define UB_SCOPE_SLAB(s, flags)	do { } while (0)
#define ub_scope_gfp(gfp)	(gfp)
#define ub_shared_gfp(gfp)	(gfp)

#endif /* CONFIG_VE */
#endif /* _VZ_UB_SCOPE_H */
