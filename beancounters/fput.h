/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of a VE that no task of its own closes. Private to beancounters/. */
#ifndef _VZ_UB_FPUT_H
#define _VZ_UB_FPUT_H

#include "row.h"

extern const struct ub_part ub_fput_part;

#endif /* _VZ_UB_FPUT_H */
