/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the rows. Private to beancounters/. */
#ifndef _VZ_UB_NAMES_H
#define _VZ_UB_NAMES_H

#include <linux/types.h>
#include <vz/abi.h>

extern const char *const ub_names[UB_NR_RESOURCES];

/* A row of the classic table that means nothing. */
bool ub_is_dummy(enum ub_resource res);

/* Row of that name, or -EINVAL. */
int ub_find_name(const char *name);

#endif /* _VZ_UB_NAMES_H */
