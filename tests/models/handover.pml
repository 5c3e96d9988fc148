/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-over of a running VE, checked by Spin: tests/models/run. What each
 * side does about each event comes from vzmigrate/handover.def, the lines that
 * the tools are compiled from; what an effect means is said here.
 *
 * Faults, at most FAULTS of them in any order and between any two steps: a
 * process is killed, a host is reset, the link is cut with what is on it, a step
 * fails. Who died comes back (as the daemon lets it) with what its journal says.
 */

/* ---- names out of the table ------------------------------------------------ */

mtype = {
#define HAND_STATE(name, journal) st_##name,
#include "vzmigrate/handover.def"
#undef HAND_STATE
	st_SAME
};

mtype = {
#define HAND_EVENT(name) ev_##name,
#include "vzmigrate/handover.def"
#undef HAND_EVENT
	ev_NO_FRAME
};

mtype = {
#define HAND_OUTCOME(name, effect, frame, next) oc_##name,
#include "vzmigrate/handover.def"
#undef HAND_OUTCOME
	oc_NONE
};

mtype = { jr_NONE, jr_COPYING, jr_FROZEN, jr_INCOMING, jr_PLACED, jr_GRANTED, jr_RUNNING,
	  jr_RELEASED, jr_AS_BEFORE };
mtype = { ef_NOTHING, ef_LET_GO, ef_GO_ON, ef_CONNECT, ef_END, ef_CLEAN, ef_RESERVE, ef_TAKE,
	  ef_REBUILD, ef_RUN, ef_ANNOUNCE, ef_DISOWN, ef_DISCARD };
/* Of the VE on a host: not there, there and not running, running. */
mtype = { ve_GONE, ve_STILL, ve_RUNS };

/* ---- the world ----------------------------------------------------------------- */

byte faults = FAULTS;
bool online;			/* with its memory; else stopped here and started there */
bool reset;			/* a host was */

mtype s_journal = jr_NONE, d_journal = jr_NONE;
mtype s_ve = ve_RUNS, d_ve = ve_GONE;
bool s_files = true, d_files = false;	/* the whole private area */
bool d_images = false;			/* the whole memory, and never used */
bool given = false;			/* the moment that decides has been */
bool anew = false;			/* it was started without its memory */
bool s_over = false;		/* the source has nothing left to do */

chan to_s = [2] of { mtype };
chan to_d = [2] of { mtype };
bool up = false;		/* the connection */
bool knock = false;		/* a new one wants in */
bool talking = false;		/* the destination has a process at the connection */

#define one_runs	((s_ve == ve_RUNS) != (d_ve == ve_RUNS))

/* All is over, without anybody's help, on the right side, and the VE has its memory. */
#define ENDED	(s_over && d_journal == jr_NONE && one_runs && given == (d_ve == ve_RUNS) && \
		 (!online || reset || !anew))

#define HOLDS \
	assert(!(s_ve == ve_RUNS && d_ve == ve_RUNS)); \
	assert(s_files || d_files);

inline drain(c)
{
	do
	:: nempty(c) -> c ? _
	:: empty(c) -> break
	od
}

/* With what is on it, or some of that. */
#define CUT \
	faults--; \
	up = false; \
	if \
	:: true \
	:: drain(to_s) \
	:: drain(to_d) \
	:: drain(to_s); drain(to_d) \
	fi

/* Between any two steps. */
#define MAY_DIE \
	if \
	:: true \
	:: faults > 0 -> faults--; goto died \
	fi
#define FORGET	oc = 0; ef = 0; frame = 0; next = 0; journal = 0; ev = 0

/* ---- the source ------------------------------------------------------------------ */

active proctype source()
{
	mtype st = st_S_COPYING, ev, oc, ef, frame, next, journal;

	if
	:: online = true
	:: online = false
	fi;
	atomic {
		s_journal = jr_COPYING;
		talking = true;
		up = true;
		to_d ! ev_SETUP
	}

again:	atomic {
	if
	:: st == st_S_COPYING && online -> ev = ev_FREEZE
	:: st == st_S_COPYING && !online -> ev = ev_COPIED
	:: st == st_S_FROZEN -> ev = ev_COPIED
	:: (st == st_S_COPYING || st == st_S_FROZEN || st == st_S_ASKED) && faults > 0 ->
		faults--;
		ev = ev_FAILED
	:: nempty(to_s) -> to_s ? ev
	:: !up && empty(to_s) -> ev = ev_LOST
	:: up && faults > 0 -> CUT; goto again
	fi
	}

decide:	atomic {
	if
#define HAND_SOURCE(e, copying, frozen, asked, granted, released) \
	:: ev == ev_##e -> \
		if \
		:: st == st_S_COPYING -> oc = oc_##copying \
		:: st == st_S_FROZEN -> oc = oc_##frozen \
		:: st == st_S_ASKED -> oc = oc_##asked \
		:: st == st_S_GRANTED -> oc = oc_##granted \
		:: st == st_S_RELEASED -> oc = oc_##released \
		fi
#include "vzmigrate/handover.def"
#undef HAND_SOURCE
	fi;
#include "step.inc"
	}

	atomic {
	MAY_DIE;
	if
	:: journal != jr_NONE && journal != jr_AS_BEFORE -> s_journal = journal
	:: else
	fi
	}
	atomic {
	MAY_DIE;
	if
	:: ef == ef_NOTHING ->
		/* What comes after a HOLD, and before a stopped VE is offered. */
		if
		:: oc == oc_HOLD -> s_ve = ve_STILL
		:: oc == oc_OFFER && !online -> s_ve = ve_GONE
		:: else
		fi
	:: ef == ef_LET_GO ->
		if
		:: true
		:: faults > 0 -> faults--; st = next; ev = ev_KEPT; goto decide
		fi
	:: ef == ef_GO_ON ->
		anew = anew || s_ve == ve_GONE;
		s_ve = ve_RUNS
	:: ef == ef_CONNECT ->
		up = false;
		knock = true
	:: ef == ef_END -> s_ve = ve_GONE
	:: ef == ef_CLEAN -> s_ve = ve_GONE; s_files = false
	fi;
	HOLDS
	}
	atomic {
	if
	:: ef == ef_CONNECT -> !knock; drain(to_s)
	:: else
	fi
	}
	atomic {
	MAY_DIE;
	if
	:: next == st_OVER -> s_journal = jr_NONE
	:: else
	fi
	}
	atomic {
	MAY_DIE;
	if
	:: frame != ev_NO_FRAME && up && nfull(to_d) -> to_d ! frame
	:: frame == ev_NO_FRAME || !up || full(to_d)
	fi;
	st = next;
	FORGET;
	if
	:: st == st_OVER -> goto gone
	:: else -> goto again
	fi
	}

died:	atomic {
	FORGET;
	up = false;
	knock = false;
	drain(to_s);
	if
	:: true
	:: reset = true;
		if
		:: s_journal == jr_NONE && s_files -> s_ve = ve_RUNS	/* the boot starts it */
		:: else -> s_ve = ve_GONE
		fi
	fi;
	if
	:: s_journal == jr_NONE -> goto gone
	:: s_journal == jr_COPYING -> st = st_S_COPYING
	:: s_journal == jr_FROZEN -> st = st_S_FROZEN
	:: s_journal == jr_GRANTED -> st = st_S_GRANTED
	:: s_journal == jr_RELEASED -> st = st_S_RELEASED
	fi;
	ev = ev_DEAD;
	goto decide
	}

gone:	atomic { up = false; s_over = true }
}

/* ---- the destination --------------------------------------------------------------- */

active proctype destination()
{
	mtype st = st_D_NONE, ev, oc, ef, frame, next, journal;

again:	atomic {
	if
	:: ENDED -> goto over
	:: nempty(to_d) -> to_d ? ev
	:: talking && !up && empty(to_d) -> talking = false; ev = ev_LOST
	:: talking && knock -> talking = false; drain(to_d); ev = ev_LOST
	:: !talking && knock ->
		knock = false;
		drain(to_d);
		talking = true;
		up = true;
		goto again
	:: up && faults > 0 -> CUT; goto again
	fi
	}

decide:	atomic {
	if
#define HAND_DEST(e, none, incoming, placed, granted, running) \
	:: ev == ev_##e -> \
		if \
		:: st == st_D_NONE -> oc = oc_##none \
		:: st == st_D_INCOMING -> oc = oc_##incoming \
		:: st == st_D_PLACED -> oc = oc_##placed \
		:: st == st_D_GRANTED -> oc = oc_##granted \
		:: st == st_D_RUNNING -> oc = oc_##running \
		fi
#include "vzmigrate/handover.def"
#undef HAND_DEST
	fi;
#include "step.inc"
	}

	atomic {
	MAY_DIE;
	if
	:: journal != jr_NONE && journal != jr_AS_BEFORE ->
		given = (journal == jr_GRANTED || journal == jr_RUNNING);
		d_journal = journal
	:: else
	fi
	}
	atomic {
	MAY_DIE;
	if
	:: ef == ef_REBUILD ->
		d_files = true;
		d_images = online;
		d_ve = (online -> ve_STILL : ve_GONE);
		if
		:: true
		:: faults > 0 -> faults--; st = next; ev = ev_FAILED; goto decide
		fi
	:: ef == ef_RUN && d_ve != ve_RUNS ->
		if
		:: true
		/* Of one that is started nobody knows later whether it ran. */
		:: faults > 0 && (d_images || (!online && oc == oc_START)) ->
			faults--; d_ve = ve_GONE; st = next; ev = ev_FAILED; goto decide
		fi
	:: ef == ef_DISOWN -> d_ve = ve_GONE
	:: ef == ef_DISCARD -> d_ve = ve_GONE; d_images = false; d_files = false
	:: else
	fi;
	HOLDS
	}
	/* From its images if they are whole; they are used up before it moves. */
	if
	:: ef == ef_RUN && d_ve != ve_RUNS ->
		atomic {
		if
		:: d_ve == ve_STILL
		:: d_ve == ve_GONE && d_images -> d_ve = ve_STILL
		:: d_ve == ve_GONE && !d_images -> anew = true
		fi
		}
		d_images = false;
		atomic { MAY_DIE; d_ve = ve_RUNS; HOLDS }
	:: else
	fi;
	atomic {
	MAY_DIE;
	if
	:: next == st_OVER -> d_journal = jr_NONE
	:: else
	fi
	}
	atomic {
	MAY_DIE;
	if
	:: frame != ev_NO_FRAME && talking && up && nfull(to_s) -> to_s ! frame
	:: frame == ev_NO_FRAME || !talking || !up || full(to_s)
	fi;
	st = next;
	if
	:: oc == oc_DISOWN -> ev = ev_FAILED; goto decide
	:: oc == oc_FINISH -> ev = ev_LOST; goto decide
	:: st == st_OVER -> st = st_D_NONE; talking = false; up = false; drain(to_d)
	:: else
	fi;
	FORGET;
	goto again
	}

died:	atomic {
	FORGET;
	up = false;
	talking = false;
	drain(to_d);
	if
	:: true
	:: d_ve == ve_STILL && d_images -> d_ve = ve_GONE	/* CRIU ends what it has built */
	:: reset = true;
		/* They may be in memory. */
		if
		:: true
		:: d_images = false
		fi;
		if
		:: d_ve == ve_RUNS && (d_journal == jr_NONE || d_journal == jr_RUNNING)
			/* the boot starts it */
		:: else -> d_ve = ve_GONE
		fi
	fi;
	ev = ev_DEAD;
	if
	:: d_journal == jr_NONE -> st = st_D_NONE; goto again
	:: d_journal == jr_INCOMING -> st = st_D_INCOMING
	:: d_journal == jr_PLACED -> st = st_D_PLACED
	:: d_journal == jr_GRANTED -> st = st_D_GRANTED
	:: d_journal == jr_RUNNING -> st = st_D_RUNNING
	fi;
	goto decide
	}

over:	true
}
