/* SPDX-License-Identifier: GPL-2.0-only */
/* ve.ub.resources, ve.ub.restore, ve.ub.events. Private to beancounters/. */
#ifndef _VZ_UB_FILES_H
#define _VZ_UB_FILES_H

#include <linux/cgroup-defs.h>

extern struct cftype ub_row_files[];

#endif /* _VZ_UB_FILES_H */
