/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All counters of a VE, and what its rows keep with them. Private to
 * beancounters/.
 */
#ifndef _VZ_UB_COUNTERS_H
#define _VZ_UB_COUNTERS_H

#include <vz/object.h>
#include "counter.h"

struct ub_fput;
struct ub_io;
struct ub_io_pace;
struct ub_refusals;

/**
 * struct ub_counters - all counters of a VE
 * @ve: the VE
 * @slots: credits, one per possible CPU
 * @io: what was read and written, see io.c
 * @io_pace: limits on that, see io_pace.c
 * @fput: files to be closed, see fput.c
 * @refusals: the last ones, see refusals.c
 * @oom_round: global OOM that @oom_overdraft was computed for
 * @oom_overdraft: pages, see ub_overdraft(); both under oom_lock
 * @res: the counters
 */
struct ub_counters {
	struct ve		*ve;
	struct ub_slot		*slots;
	struct ub_io		*io;
	struct ub_io_pace	*io_pace;
	struct ub_fput		*fput;
	struct ub_refusals	*refusals;
	unsigned long		oom_round;
	long			oom_overdraft;
	struct ub_counter	res[UB_NR_RESOURCES];
};

/*
 * NULL while the VE is not bound: a binding that fails in the end frees what
 * was made for it.
 */
static inline struct ub_counters *ub_counters(struct ve *ve)
{
	/* Pairs with ve_bind(). */
	return smp_load_acquire(&ve->id) ? ve->ub.counters : NULL;
}

static inline struct ub_counter *ub_counter(struct ve *ve, enum ub_resource res)
{
	return &ve->ub.counters->res[res];
}

#endif /* _VZ_UB_COUNTERS_H */
