/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes of the classic vzmigrate. For main, and for a peer that knows no causes. */
#ifndef VZMIGRATE_EXIT_H
#define VZMIGRATE_EXIT_H

#include "libvz/err.h"

/* Never 0. What the classic tool has no number for is 6, a copy that failed. */
int mig_exit_code(enum vz_cause cause);

#endif /* VZMIGRATE_EXIT_H */
