/* SPDX-License-Identifier: GPL-2.0-only */
/* A row that is one of the kernel's page counters. Private to beancounters/. */
#ifndef _VZ_UB_PAGES_H
#define _VZ_UB_PAGES_H

#include <linux/minmax.h>
#include <linux/page_counter.h>
#include <vz/ub-show.h>

static inline void ub_read_pages(struct page_counter *pc, struct ub_row *row)
{
	unsigned long max = READ_ONCE(pc->max);

	row->held = page_counter_read(pc);
	row->maxheld = max(row->maxheld, READ_ONCE(pc->watermark));
	row->limit = max >= PAGE_COUNTER_MAX ? UB_MAXVALUE : max;
}

#endif /* _VZ_UB_PAGES_H */
