/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of a VE and of the host as they are shown. Private to beancounters/. */
#ifndef _VZ_UB_READ_H
#define _VZ_UB_READ_H

#include <vz/ub-show.h>

void ub_read_row(struct ve *ve, enum ub_resource res, struct ub_row *row);
void ub_gather(struct ve *ve, struct ub_row rows[UB_NR_RESOURCES]);
void ub_read_host(enum ub_resource res, struct ub_row *row);

#endif /* _VZ_UB_READ_H */
