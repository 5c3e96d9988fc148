// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of the rows, made from <vz/abi.h>, and of the other parts of a VE's
 * counters. Constant. Nothing else names a row but its own file, and who
 * charges it.
 */
#include "fput.h"
#include "io.h"
#include "io_pace.h"
#include "list.h"
#include "refusals.h"

const struct ub_ops *const ub_rows[UB_NR_RESOURCES] = {
#define UB_ROW_ENTRY(sym, name)	[UB_##sym] = &ub_row_##sym,
	UB_RESOURCES(UB_ROW_ENTRY)
#undef UB_ROW_ENTRY
};

const struct ub_part *const ub_parts[] = {
	&ub_refusals_part,
	&ub_io_part,
	&ub_io_pace_part,
	&ub_fput_part,
	NULL,
};
