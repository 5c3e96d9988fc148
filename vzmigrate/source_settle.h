/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source's supervisor: what its journal left open comes to its end. The caller holds
 * the VE's lock; any process may call, any number of times.
 */
#ifndef VZMIGRATE_SOURCE_SETTLE_H
#define VZMIGRATE_SOURCE_SETTLE_H

#include <stdbool.h>

struct journal;
struct vz_conf;
struct vz_err;

enum settle_end { SETTLE_BACK, SETTLE_GONE };

/*
 * By the journal, or by the word of the peer, which is asked for so many seconds.
 * start: what was stopped for the move, or fell with this host, is started when it is ours.
 * Negative: not decided, and nothing has changed; e says why.
 */
int src_settle(struct journal *j, unsigned int seconds, bool start, enum settle_end *end,
	       struct vz_err *e);
/* An operator's word instead of the peer's: it is ours; it is the peer's. */
int src_take_back(struct journal *j, bool start, struct vz_err *e);
int src_give_up(struct journal *j, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_SETTLE_H */
