/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source's question after a broken hand-over: where is the VE? A connection of
 * its own, by the way that the journal names.
 */
#ifndef VZMIGRATE_ASK_H
#define VZMIGRATE_ASK_H

#include "vzmigrate/frame.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/ssh.h"

struct journal;
struct vz_err;

struct ask {
	struct ssh ssh;
	struct wire w;
	bool open;
};

/*
 * QUERY and its answer: 0 and HAND_EV_NOT_HERE, _RUNS or _BUSY. Negative: nobody
 * answered, or it was not the host that was given the VE (-ESTALE); ask again later.
 */
int ask_peer(struct ask *a, const struct journal *j, enum hand_event *answer, struct vz_err *e);
/* After _RUNS: tell it that the VE is gone from here; DONE or LOST. */
enum hand_event ask_release(struct ask *a);
void ask_close(struct ask *a);

#endif /* VZMIGRATE_ASK_H */
