/* SPDX-License-Identifier: GPL-2.0-only */
/* Time that a VE waits for processors: see steal.c. */
#ifndef _VE_STEAL_H
#define _VE_STEAL_H

struct ve;

void ve_read_waits(struct ve *ve);
bool ve_shows_steal(void);

#endif /* _VE_STEAL_H */
