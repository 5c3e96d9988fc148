/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be known about a migration when its processes are gone: two lines
 * in /var/lib/vzctl/migrate/<id>, written and synced before the step it
 * announces. No file: nothing is under way.
 *
 *	source		copying -> frozen -> granted -> released -> (no file)
 *	destination	incoming -> placed -> granted -> running -> (no file)
 *
 * Before `granted` each side may give up alone: the VE belongs to the source.
 * From `granted` on the source asks the destination. What follows what, and why
 * nothing else: vzmigrate/handover.def.
 */
#ifndef LIBVZ_JOURNAL_H
#define LIBVZ_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct vz_err;

#define JOURNAL_STATES(X) \
	X(COPYING, "copying")	/* source: the VE runs or is stopped here */ \
	X(FROZEN, "frozen")	/* source: frozen, not given away */ \
	X(INCOMING, "incoming")	/* destination: everything is under temporary names */ \
	X(PLACED, "placed")	/* destination: the private area has its own name */ \
	X(GRANTED, "granted")	/* both: the destination owns the VE */ \
	X(RUNNING, "running")	/* destination: it runs, or is stopped there for good */ \
	X(RELEASED, "released")	/* source: it runs there, our copy is left to remove */

/* How a VE goes to another host. Part of the protocol. */
enum mig_mode {
	MIG_COLD,		/* stopped: stays so */
	MIG_RESTART,		/* stopped here, started there */
	MIG_ONLINE,
	MIG_NR_MODES,
};

enum journal_state {
#define JOURNAL_ENUM(sym, name)	JOURNAL_##sym,
	JOURNAL_STATES(JOURNAL_ENUM)
#undef JOURNAL_ENUM
	JOURNAL_NR_STATES,
};

struct journal {
	unsigned int id;
	bool source;			/* side of this host */
	enum journal_state state;
	enum mig_mode mode;
	uint64_t generation;
	uint8_t uuid[16];
	pid_t pid;			/* who writes it */
	bool remove;			/* source: -r */
	bool disabled;			/* source: DISABLED was set before */
	char peer[256];
	char host[40];			/* source: identity of the peer's journals */
	char ssh[512];			/* source: --ssh */
	char boot[40];			/* of this host, when it was written; "" in an old one */
};

const char *journal_state_name(enum journal_state s);

/* -ENOENT without touching e when there is none. */
int journal_read(unsigned int id, struct journal *j, struct vz_err *e);
int journal_write(const struct journal *j, struct vz_err *e);
int journal_remove(unsigned int id, struct vz_err *e);
/* The process that writes it is alive; not after a restart of the host. */
bool journal_alive(const struct journal *j);
/* When it was written, 0 when there is none. */
time_t journal_time(unsigned int id);
/* Ids that have a journal, malloc'ed. */
int journal_list(unsigned int **ids, size_t *n, struct vz_err *e);

#endif /* LIBVZ_JOURNAL_H */
