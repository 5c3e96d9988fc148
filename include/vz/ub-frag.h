/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments that wait for the rest of their packet: kmemsize and physpages.
 * <net/inet_frag.h> includes this before struct fqdir is defined, so a change
 * here compiles all of the network.
 *
 * owner: fqdir->ub_payer, the object cgroup of the net namespace's VE
 */
#ifndef _VZ_UB_FRAG_H
#define _VZ_UB_FRAG_H

#include <linux/types.h>
#include <vz/hook.h>

struct fqdir;
struct obj_cgroup;

#ifdef CONFIG_VE
#define UB_FRAG_PAYER	struct obj_cgroup *ub_payer;
#else
#define UB_FRAG_PAYER
#endif

void __ub_bind_frags(struct fqdir *fqdir);
void __ub_release_frags(struct fqdir *fqdir);
void __ub_charge_frags(struct fqdir *fqdir, long bytes);
bool __ub_refuses_frags(const struct fqdir *fqdir);

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

#endif /* _VZ_UB_FRAG_H */
