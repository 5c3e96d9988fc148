// SPDX-License-Identifier: GPL-2.0-only
/*
 * The beancounter set of a VE.
 *
 * Owns struct ub_counters: allocated when the VE is bound, fixed from then on,
 * freed with its css. Whoever holds a charge holds a reference on the css, so
 * the counters outlive every charge. Each counter has a leaf lock of its own;
 * there is no other lock. What the rows and the other parts need beside it, they
 * do in the operations that list.c lists.
 */
#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "counters.h"
#include "forward.h"
#include "list.h"
#include "names.h"
#include "set.h"

static void ub_init_counters(struct ub_counters *cs)
{
	const struct ub_ops *ops;
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++) {
		ops = ub_rows[res];
		ub_counter_init(&cs->res[res]);
		if (ops->batch)
			ub_counter_batch(&cs->res[res], cs->slots, nr_cpu_ids, res,
					 ops->unit == UB_BYTES ?
					 ops->batch << PAGE_SHIFT : ops->batch);
	}
}

static int ub_arm_all(struct ub_counters *cs)
{
	const struct ub_part *const *part;
	int res, err;

	for (part = ub_parts; *part; part++) {
		err = (*part)->arm(cs);
		if (err)
			return err;
	}
	for (res = 0; res < UB_NR_RESOURCES; res++) {
		err = ub_rows[res]->arm ? ub_rows[res]->arm(cs) : 0;
		if (err)
			return err;
	}
	return 0;
}

/* Also when only some of them, or none, are armed. */
static void ub_disarm_all(struct ub_counters *cs)
{
	const struct ub_part *const *part;
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++)
		if (ub_rows[res]->disarm)
			ub_rows[res]->disarm(cs);
	for (part = ub_parts; *part; part++)
		(*part)->disarm(cs);
}

/* Context: may sleep. */
void ub_free(struct ve *ve)
{
	struct ub_counters *cs = ve->ub.counters;
	int i;

	ub_disarm_all(cs);
	for (i = 0; i < UB_NR_RESOURCES; i++) {
		unsigned long held = ub_counter_held(&cs->res[i]);

		WARN(held, "ub: VE %u is gone with %lu of %s held\n",
		     ve->id, held, ub_names[i]);
	}
	kvfree(cs->slots);
	kfree(cs);
	ve->ub.counters = NULL;
}

/* Context: cgroup_mutex. Return: 0, -ENOMEM, or what an operation of a row returns. */
int ub_arm(struct ve *ve, u32 id)
{
	struct ub_counters *cs;
	int err;

	cs = kzalloc(sizeof(*cs), GFP_KERNEL);
	if (!cs)
		return -ENOMEM;
	cs->slots = kvcalloc(nr_cpu_ids, sizeof(*cs->slots), GFP_KERNEL);
	if (!cs->slots) {
		kfree(cs);
		return -ENOMEM;
	}
	cs->ve = ve;
	ub_init_counters(cs);
	ve->ub.counters = cs;
	err = ub_arm_all(cs);
	if (!err)
		err = ub_forward_arm(ve, id);
	if (err)
		ub_free(ve);
	return err;
}
