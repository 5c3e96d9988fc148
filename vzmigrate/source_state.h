/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of the source's side of a migration, shared by its files. */
#ifndef VZMIGRATE_SOURCE_STATE_H
#define VZMIGRATE_SOURCE_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "checkpoint/gate.h"
#include "vzmigrate/copy_send.h"
#include "vzmigrate/frame.h"
#include "libvz/journal.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/ssh.h"
#include "vzmigrate/timeline.h"

struct vz_conf;

/* X(SYMBOL, text): phases, in order, as --times shows them. */
#define MIG_PHASES(X) \
	X(CHECK, "check") \
	X(SETUP, "set up the destination") \
	X(COPY, "copy files while running") \
	X(MEMORY, "copy memory while running") \
	X(STOP, "stop, or freeze and dump") \
	X(FINAL, "last pass over the files") \
	X(IMAGES, "send the memory") \
	X(RESTORE, "restore at the destination") \
	X(HANDOVER, "hand over") \
	X(CLEANUP, "clean up")

enum mig_phase {
#define MIG_PHASE_ENUM(sym, text)	PHASE_##sym,
	MIG_PHASES(MIG_PHASE_ENUM)
#undef MIG_PHASE_ENUM
	MIG_NR_PHASES,
};

/**
 * struct mig_src - one migration from this host
 * @suspended: it does not run, and its images are in the dump folder: they go along
 * @spoke: the destination has answered HELLO
 * @hand: where the hand-over is
 * @confirmed: the destination said that it runs the VE
 * @lost: granted, but what the destination does is not known
 */
struct mig_src {
	const struct mig_opts *o;
	struct vz_conf *c;
	enum mig_mode mode;
	struct ssh ssh;
	struct wire w;
	struct journal j;
	enum hand_state hand;
	int root;
	struct copy_sender tree;
	bool locked, suspended, spoke, stopped, confirmed, lost, silent;
	struct ckpt_stats stats;
	enum mig_phase phase;
	void (*on_phase)(const struct mig_src *s);	/* one begins; NULL: nobody asks */
	uint64_t start_us, phase_start, phase_us[MIG_NR_PHASES];
	struct pages *pages;		/* that the destination has; NULL: it takes none */
	bool streams;			/* it takes images as a stream */
	bool stores;			/* its CRIU finds in memory what images leave out */
	unsigned int rounds;		/* over the memory */
	uint64_t memory_bytes, fresh_bytes;	/* sent in them, and in the last one */
	uint64_t link_bytes, link_us;	/* sent before the freeze, and in what time */
	uint64_t predicted_us, processes;
	uint64_t frozen_start, frozen_us;	/* from freeze to RESUMED */
	struct timeline timeline;	/* of the time it stood still */
	uint64_t disk_bytes;		/* used by the private area */
	uint64_t first_bytes, last_bytes, image_bytes;
};

struct mig_opts {
	const char *host;
	const char *ssh;	/* --ssh, blank-separated */
	unsigned int id;
	bool online;
	bool remove;		/* -r */
	bool keep_dst;
	bool dry_run;
	bool times;
	FILE *json;		/* --progress json: where to, NULL for none */
	const char *report;	/* a page, NULL for none */
	int verbose;
	unsigned int max_freeze_ms;	/* 0: as long as it takes */
	bool force;		/* even if it takes longer */
	unsigned int skip;
};

/* The time since the last call belongs to the phase before; now comes this one. */
void src_phase(struct mig_src *s, enum mig_phase phase);

#endif /* VZMIGRATE_SOURCE_STATE_H */
