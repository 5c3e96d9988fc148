/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of vzmigrate share: exit codes, options, modes.
 * A VE moves in phases (phase.h); whoever owns it is decided by one frame,
 * GRANT, and journaled on both sides before (journal.h).
 */
#ifndef VZMIGRATE_H
#define VZMIGRATE_H

#include <stdbool.h>
#include <stdint.h>
#include "libvz/err.h"

#define MIG_TOOL_VERSION	"openve-1"

/* Exit codes of the classic vzmigrate; struct vz_err carries them in @exit here. */
enum mig_exit {
	MIG_OK = 0,
	MIG_USAGE = 1,
	MIG_STOPPED = 2,	/* not running, --online asked */
	MIG_CONNECT = 4,
	MIG_COPY = 6,
	MIG_START = 7,		/* restore, start or mount at the destination */
	MIG_STOP = 8,		/* checkpoint or stop at the source */
	MIG_EXISTS = 9,		/* at the destination */
	MIG_NOVE = 10,
	MIG_IPUSED = 12,	/* at the destination */
	MIG_QUOTA = 13,
	MIG_KERNEL = 14,	/* not our kernel */
	MIG_CONFIG = 15,
	MIG_CPTVERSION = 17,	/* criu */
	MIG_CPU = 18,
	MIG_DSTCONF = 19,	/* global configuration of the destination */
	MIG_LOCKED = 20,
};

/* How the VE gets there. Part of the protocol. */
enum mig_mode {
	MIG_COLD,		/* stopped: stays so */
	MIG_RESTART,		/* stopped here, started there */
	MIG_ONLINE,
	MIG_NR_MODES,
};

/* Checks that --nodeps leaves out. Part of the protocol. */
enum mig_skip {
	MIG_SKIP_CPU = 1,
	MIG_SKIP_SPACE = 2,
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
	int verbose;
	unsigned int skip;
};

/* The source's side of a whole migration. */
int mig_source(const struct mig_opts *o, struct vz_err *e);
/* `vzmigrate --receive`: the other end of stdin and stdout. Returns the exit code. */
int mig_receive(void);
/* `vzmigrate --status [ID]`, `vzmigrate --resolve WHAT ID`. id 0: all. */
int mig_status(unsigned int id, struct vz_err *e);
int mig_resolve(const char *what, unsigned int id, struct vz_err *e);

#endif /* VZMIGRATE_H */
