/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source's side of a migration: state shared by its files. */
#ifndef VZMIGRATE_SOURCE_H
#define VZMIGRATE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include "checkpoint/checkpoint.h"
#include "libvz/conf.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/journal.h"
#include "vzmigrate/ssh.h"
#include "vzmigrate/vzmigrate.h"

/* X(SYMBOL, text): phases, in order, as --times shows them. */
#define MIG_PHASES(X) \
	X(CHECK, "check") \
	X(SETUP, "set up the destination") \
	X(COPY, "copy files while running") \
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
 * @granted: GRANT was journaled; nothing may be undone without the peer
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
	int root;
	struct copy_sender tree;
	bool locked, suspended, spoke, stopped, granted, confirmed, lost, silent;
	struct ckpt_stats stats;
	enum mig_phase phase;
	uint64_t phase_start, phase_us[MIG_NR_PHASES];
	uint64_t frozen_start, frozen_us;	/* from freeze to RESUMED */
	uint64_t disk_bytes;		/* used by the private area */
	uint64_t first_bytes, last_bytes, image_bytes;
};

void src_phase(struct mig_src *s, enum mig_phase phase);

/* source_copy.c */
int src_copy_running(struct mig_src *s, bool basis, struct vz_err *e);
int src_copy_final(struct mig_src *s, bool verify, struct vz_err *e);
int src_send_images(struct mig_src *s, const char *dir, struct vz_err *e);
int src_send_scripts(struct mig_src *s, struct vz_err *e);

/* source_hand.c: PREPARE, GRANT, RESUMED. 0; CKPT_LEAVE_FROZEN; other: still ours. */
int src_hand_over(struct mig_src *s, struct vz_err *e);
/* Undo what GRANT changed in the configuration. */
int src_take_back(struct vz_conf *c, const struct journal *j, struct vz_err *e);
/* The VE is gone from here: its files, configuration, journal. */
int src_clean_up(struct vz_conf *c, const struct journal *j, bool keep_private, struct vz_err *e);

/*
 * source_busy.c: inodes on the private area's file system that tasks of the VE
 * have open for writing or mapped shared and writable; sorted, malloc'ed.
 */
int src_busy_files(unsigned int id, int root, uint64_t **ino, size_t *n, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_H */
