/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an evacuation is asked for, and which VE goes to which host: figures in, a choice out. */
#ifndef VZMIGRATE_EVACUATE_PLAN_H
#define VZMIGRATE_EVACUATE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "vzmigrate/room.h"

#define EVAC_HOSTS	32

/**
 * struct evac_opts - what was asked for
 * @to: hosts with commas between; NULL: EVACUATE_TO of vz.conf
 * @as: how those hosts call this one; NULL: its host name
 * @ssh, @max_freeze, @force, @nodeps: handed to each migration
 * @jobs: at most so many at once
 * @json: a line for each event and the report; NULL: none
 */
struct evac_opts {
	const char *to, *as, *ssh, *max_freeze, *nodeps;
	bool force, dry_run;
	unsigned int jobs;
	FILE *json;
};

#define EVAC_JOBS	2
#define EVAC_JOBS_MAX	64

/* X(SYMBOL, word of EVACUATE): how a running VE goes; one that is down just moves. */
#define EVAC_POLICIES(X) \
	X(LIVE, "live")			/* while it runs */ \
	X(SUSPENDED, "suspended")	/* suspended, moved with its dump, restored there */ \
	X(STOPPED, "stopped")		/* stopped here, started there */ \
	X(STAYS, "stays")

enum evac_policy {
#define EVAC_POLICY_ENUM(sym, word)	EVAC_##sym,
	EVAC_POLICIES(EVAC_POLICY_ENUM)
#undef EVAC_POLICY_ENUM
	EVAC_NR_POLICIES,
};

/* What is to be done next with a VE. */
enum evac_step {
	EVAC_SUSPEND,	/* where it is */
	EVAC_MOVE,
	EVAC_RESUME,	/* where it went */
	EVAC_UNDO,	/* it was suspended, and does not move: let it go on where it is */
	EVAC_END,
};

enum evac_result { EVAC_OPEN, EVAC_MOVED, EVAC_STAYED, EVAC_FAILED, EVAC_GONE };

/**
 * struct evac_ve - one VE on its way
 * @from: host that it is at; NULL: this one
 * @host: index of its destination; -1: none yet
 * @tried: bits of hosts that refused it
 * @busy: a process works on it
 * @dumped: this evacuation has suspended it
 * @memory, @disk: that it needs there
 */
struct evac_ve {
	unsigned int id;
	const char *from;
	bool running, suspended, busy, dumped;
	enum evac_policy policy;
	enum evac_step step;
	enum evac_result result;
	int host;
	uint32_t tried;
	uint64_t memory, disk, generation, begun_us, took_us, again_us, give_up_us;
	double frozen_ms;
	char *why;
};

struct evac_host {
	const char *name;
	struct room room;
};

enum { EVAC_WAIT = -1, EVAC_NONE = -2 };

const char *evac_policy_name(enum evac_policy p);
/* EVAC_NR_POLICIES: there is no such word. */
enum evac_policy evac_policy_find(const char *word);

/*
 * The host for ve[i]: of those that have room for it and not its number, the one that has most
 * memory left then. What was chosen for the others is taken as used; one that is on its way
 * live needs its memory twice. EVAC_WAIT: there will be room when others have arrived.
 * EVAC_NONE: why says what each lacks, malloc'ed.
 */
int evac_choose(const struct evac_host *hosts, size_t nhosts, const struct evac_ve *ve, size_t n,
		size_t i, char **why);

#endif /* VZMIGRATE_EVACUATE_PLAN_H */
