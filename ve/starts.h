/* SPDX-License-Identifier: GPL-2.0-only */
/* When the tasks of a VE began: see starts.c. */
#ifndef _VE_STARTS_H
#define _VE_STARTS_H

#include <vz/part.h>

extern const struct ve_part ve_starts_part;

#endif /* _VE_STARTS_H */
