/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hand-over as a table: what a side does about an event. No state of its own, no locks. */
#ifndef VZMIGRATE_HANDOVER_H
#define VZMIGRATE_HANDOVER_H

#include <stdbool.h>
#include "libvz/journal.h"

struct vz_err;
struct wire;
struct wire_frame;

enum hand_state {
#define HAND_STATE(name, journal)	HAND_##name,
#include "vzmigrate/handover.def"
#undef HAND_STATE
	HAND_NR_STATES,
	HAND_SAME = HAND_NR_STATES,
};

enum hand_event {
#define HAND_EVENT(name)	HAND_EV_##name,
#include "vzmigrate/handover.def"
#undef HAND_EVENT
	HAND_NR_EVENTS,
	HAND_EV_NO_FRAME = HAND_NR_EVENTS,
};

enum hand_outcome {
#define HAND_OUTCOME(name, effect, frame, next)	HAND_##name,
#include "vzmigrate/handover.def"
#undef HAND_OUTCOME
	HAND_NR_OUTCOMES,
};

/* What is done to the VE. */
enum hand_effect {
	HAND_EF_NOTHING,
	HAND_EF_LET_GO,		/* source: nobody here may start it any more */
	HAND_EF_GO_ON,		/* source: it runs here again, nothing is left of the attempt */
	HAND_EF_CONNECT,
	HAND_EF_END,		/* source: its tasks and addresses go */
	HAND_EF_CLEAN,		/* source: its files go too */
	HAND_EF_RESERVE,
	HAND_EF_TAKE,
	HAND_EF_REBUILD,	/* destination: from its images up to the gate */
	HAND_EF_RUN,		/* destination: it runs, unless it does so already */
	HAND_EF_ANNOUNCE,
	HAND_EF_DISOWN,		/* destination: it is not ours any more, its files are still here */
	HAND_EF_DISCARD,
};

/**
 * struct hand_step - one step, in the order in which it is done
 * @journal: what the journal must say first; meaningful when @binds
 * @binds: there is something to write first
 * @effect: then this
 * @ends: then the journal goes
 * @frame: then this leaves, named by the event it is to the peer
 * @next: where that leads, never HAND_SAME
 */
struct hand_step {
	enum hand_outcome outcome;
	bool binds, ends;
	enum journal_state journal;
	enum hand_effect effect;
	enum hand_event frame;
	enum hand_state next;
};

/* Every pair has an answer; in HAND_OVER it is HAND_REFUSE. */
struct hand_step hand_step(enum hand_state s, enum hand_event ev);
/* The first part of a step: the journal says what binds. j->state is as it was on an error. */
int hand_enter(const struct hand_step *step, struct journal *j, struct vz_err *e);
/* What a wait for the peer came to, ret being that of wire_recv(). */
enum hand_event hand_heard(const struct wire *w, int ret, const struct wire_frame *f);
/* The state in which a host is whose journal says so. */
enum hand_state hand_of_journal(const struct journal *j);
const char *hand_state_name(enum hand_state s);
const char *hand_event_name(enum hand_event ev);

#endif /* VZMIGRATE_HANDOVER_H */
