/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes of the classic vzctl 4.x, which all our tools but vzmigrate have. For main only. */
#ifndef LIBVZ_EXIT_H
#define LIBVZ_EXIT_H

#include "libvz/err.h"

/* Never 0: an error without a cause is that of VZ_SYSTEM. */
int vz_exit_code(enum vz_cause cause);

#endif /* LIBVZ_EXIT_H */
