// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of handover.def for C. */
#include <stddef.h>
#include "libvz/err.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/wire.pb-c.h"

#define NR_SIDE	5

static const enum hand_outcome source[HAND_NR_EVENTS][NR_SIDE] = {
#define HAND_SOURCE(ev, a, b, c, d, e) \
	[HAND_EV_##ev] = { HAND_##a, HAND_##b, HAND_##c, HAND_##d, HAND_##e },
#include "vzmigrate/handover.def"
#undef HAND_SOURCE
};

static const enum hand_outcome destination[HAND_NR_EVENTS][NR_SIDE] = {
#define HAND_DEST(ev, a, b, c, d, e) \
	[HAND_EV_##ev] = { HAND_##a, HAND_##b, HAND_##c, HAND_##d, HAND_##e },
#include "vzmigrate/handover.def"
#undef HAND_DEST
};

static const struct {
	enum hand_effect effect;
	enum hand_event frame;
	enum hand_state next;
} outcomes[] = {
#define HAND_OUTCOME(name, ef, frame, next) \
	[HAND_##name] = { HAND_EF_##ef, HAND_EV_##frame, HAND_##next },
#include "vzmigrate/handover.def"
#undef HAND_OUTCOME
};

enum { HAND_JR_AS_BEFORE = -2, HAND_JR_NONE = -1,
#define JOURNAL_HAND(sym, name)	HAND_JR_##sym = JOURNAL_##sym,
	JOURNAL_STATES(JOURNAL_HAND)
#undef JOURNAL_HAND
};

static const int on_disk[] = {
#define HAND_STATE(name, journal)	[HAND_##name] = HAND_JR_##journal,
#include "vzmigrate/handover.def"
#undef HAND_STATE
};

static const char *const state_names[] = {
#define HAND_STATE(name, journal)	[HAND_##name] = #name,
#include "vzmigrate/handover.def"
#undef HAND_STATE
};

static const char *const event_names[] = {
#define HAND_EVENT(name)	[HAND_EV_##name] = #name,
#include "vzmigrate/handover.def"
#undef HAND_EVENT
};

static enum hand_outcome outcome_of(enum hand_state s, enum hand_event ev)
{
	if (s <= HAND_S_RELEASED)
		return source[ev][s];
	if (s <= HAND_D_RUNNING)
		return destination[ev][s - HAND_D_NONE];
	return HAND_REFUSE;
}

struct hand_step hand_step(enum hand_state s, enum hand_event ev)
{
	enum hand_outcome o = outcome_of(s, ev);
	enum hand_state next = outcomes[o].next;
	struct hand_step step = {
		.outcome = o,
		.effect = outcomes[o].effect,
		.frame = outcomes[o].frame,
		.next = next == HAND_SAME ? s : next,
	};

	if (next == HAND_SAME)
		return step;
	step.ends = next == HAND_OVER;
	step.binds = on_disk[next] >= 0;
	if (step.binds)
		step.journal = on_disk[next];
	return step;
}

int hand_enter(const struct hand_step *step, struct journal *j, struct vz_err *e)
{
	const enum journal_state before = j->state;
	int ret;

	if (!step->binds)
		return 0;
	j->state = step->journal;
	ret = journal_write(j, e);
	if (ret)
		j->state = before;
	return ret;
}

static enum hand_event of_state(const Wire__State *m)
{
	switch (m->word) {
	case WIRE_NOT_HERE:
		return HAND_EV_NOT_HERE;
	case WIRE_RUNS:
		return HAND_EV_RUNS;
	case WIRE_BUSY:
		return HAND_EV_BUSY;
	}
	return HAND_EV_LOST;
}

enum hand_event hand_heard(const struct wire *w, int ret, const struct wire_frame *f)
{
	static const enum hand_event frames[WIRE_NR_TYPES] = {
		[WIRE_SETUP] = HAND_EV_SETUP,	    [WIRE_SCRIPT] = HAND_EV_COPY,
		[WIRE_TREE] = HAND_EV_COPY,	    [WIRE_PREPARE] = HAND_EV_PREPARE,
		[WIRE_PREPARED] = HAND_EV_PREPARED, [WIRE_GRANT] = HAND_EV_GRANT,
		[WIRE_RESUMED] = HAND_EV_RESUMED,   [WIRE_RELEASED] = HAND_EV_RELEASED,
		[WIRE_DONE] = HAND_EV_DONE,	    [WIRE_QUERY] = HAND_EV_QUERY,
	};

	if (ret && w->peer_failed)
		return w->peer_undecided ? HAND_EV_UNDECIDED : HAND_EV_FAIL;
	if (ret)
		return HAND_EV_LOST;
	if (f->type == WIRE_STATE)
		return of_state((const Wire__State *)f->msg);
	/* SETUP is 0 and stands for nothing else. */
	return frames[f->type] || f->type == WIRE_SETUP ? frames[f->type] : HAND_EV_LOST;
}

enum hand_state hand_of_journal(const struct journal *j)
{
	enum hand_state s = j->source ? HAND_S_COPYING : HAND_D_NONE;
	enum hand_state last = j->source ? HAND_S_RELEASED : HAND_D_RUNNING;

	for (; s <= last; s++)
		if (on_disk[s] == (int)j->state)
			return s;
	return HAND_OVER;
}

const char *hand_state_name(enum hand_state s)
{
	return s < HAND_NR_STATES ? state_names[s] : "?";
}

const char *hand_event_name(enum hand_event ev)
{
	return ev < HAND_NR_EVENTS ? event_names[ev] : "?";
}
