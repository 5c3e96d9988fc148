/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel memory for which unused objects may be dropped. Private to beancounters/. */
#ifndef _VZ_UB_KMEMSIZE_H
#define _VZ_UB_KMEMSIZE_H

#include <linux/gfp_types.h>
#include <vz/abi.h>

struct ve;

void ub_drop_unused(struct ve *ve, gfp_t gfp);
int ub_charge_slab(struct ve *ve, enum ub_resource res, gfp_t gfp,
		   unsigned long bytes, unsigned int severity);

#endif /* _VZ_UB_KMEMSIZE_H */
