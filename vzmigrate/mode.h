/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a VE goes to another host; part of the protocol. */
#ifndef VZMIGRATE_MODE_H
#define VZMIGRATE_MODE_H

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

#endif /* VZMIGRATE_MODE_H */
