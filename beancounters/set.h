/* SPDX-License-Identifier: GPL-2.0-only */
/* The beancounter set of a VE comes and goes: see set.c. Private to beancounters/. */
#ifndef _VZ_UB_SET_H
#define _VZ_UB_SET_H

#include <linux/types.h>

struct ve;

int ub_arm(struct ve *ve, u32 id);
void ub_free(struct ve *ve);

#endif /* _VZ_UB_SET_H */
