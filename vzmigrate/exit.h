/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes of vzmigrate. */
#ifndef VZMIGRATE_EXIT_H
#define VZMIGRATE_EXIT_H

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

#endif /* VZMIGRATE_EXIT_H */
