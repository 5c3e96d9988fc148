/* SPDX-License-Identifier: GPL-2.0-only */
/* Time that a VE waits for processors: see steal.c. */
#ifndef _VE_STEAL_H
#define _VE_STEAL_H

#include <linux/types.h>

struct ve;

u64 ve_waited_on(struct ve *ve, int cpu);
bool ve_shows_steal(void);

#endif /* _VE_STEAL_H */
