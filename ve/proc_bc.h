/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/user_beancounters and /proc/bc: see proc_bc.c. */
#ifndef _VE_PROC_BC_H
#define _VE_PROC_BC_H

#include <vz/part.h>

extern const struct ve_part ve_bc_part;

#endif /* _VE_PROC_BC_H */
