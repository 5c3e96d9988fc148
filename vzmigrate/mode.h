/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a migration leaves out. Its mode is in libvz/journal.h. */
#ifndef VZMIGRATE_MODE_H
#define VZMIGRATE_MODE_H

/* Checks that --nodeps leaves out. Part of the protocol. */
enum mig_skip {
	MIG_SKIP_CPU = 1,
	MIG_SKIP_SPACE = 2,
};

#endif /* VZMIGRATE_MODE_H */
