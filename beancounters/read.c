// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of a VE and of the host as they are shown. Owns nothing; what a row
 * does not count itself, its read operation knows.
 */
#include <linux/minmax.h>
#include "counters.h"
#include "list.h"
#include "read.h"

static void ub_read(struct ve *ve, struct ub_counters *cs, enum ub_resource res,
		    struct ub_row *row)
{
	struct ub_counter *c = &cs->res[res];

	row->held = ub_counter_held(c);
	row->maxheld = READ_ONCE(c->maxheld);
	row->barrier = READ_ONCE(c->barrier);
	row->limit = READ_ONCE(c->limit);
	row->failcnt = READ_ONCE(c->failcnt);
	if (ub_rows[res]->read)
		ub_rows[res]->read(ve, row);
	/* The peak may have moved after held was read, never below it. */
	row->maxheld = max(row->maxheld, row->held);
}

/**
 * ub_read_row - values of a row
 * @ve: an armed VE
 * @res: any row
 * @row: filled
 *
 * Context: any but hard interrupts; does not sleep.
 */
void ub_read_row(struct ve *ve, enum ub_resource res, struct ub_row *row)
{
	ub_read(ve, ub_counters(ve), res, row);
}

/**
 * ub_gather - values of all rows
 * @ve: an armed VE
 * @rows: filled; dummies too, with zeros and "unlimited"
 *
 * What every file of all counters calls, once a VE. Not in line: make bench
 * counts what it executes.
 *
 * Context: as ub_read_row().
 */
noinline void ub_gather(struct ve *ve, struct ub_row rows[UB_NR_RESOURCES])
{
	struct ub_counters *cs = ub_counters(ve);
	int res;

	for (res = 0; res < UB_NR_RESOURCES; res++)
		ub_read(ve, cs, res, &rows[res]);
}

/* What the whole kernel uses, VEs included; no peak is kept, nothing is limited. */
void ub_read_host(enum ub_resource res, struct ub_row *row)
{
	unsigned long held = ub_rows[res]->host ? ub_rows[res]->host() : 0;

	*row = (struct ub_row){
		.held = held, .maxheld = held,
		.barrier = UB_MAXVALUE, .limit = UB_MAXVALUE,
	};
}
