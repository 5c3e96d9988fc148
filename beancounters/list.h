/* SPDX-License-Identifier: GPL-2.0-only */
/* All rows, and all other parts of a VE's counters. Private to beancounters/. */
#ifndef _VZ_UB_LIST_H
#define _VZ_UB_LIST_H

#include "row.h"

extern const struct ub_ops *const ub_rows[UB_NR_RESOURCES];

/* Ends with NULL. */
extern const struct ub_part *const ub_parts[];

#endif /* _VZ_UB_LIST_H */
