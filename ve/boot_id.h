/* SPDX-License-Identifier: GPL-2.0-only */
/* The boot id of a VE: see boot_id.c. */
#ifndef _VE_BOOT_ID_H
#define _VE_BOOT_ID_H

#include <vz/part.h>

extern const struct ve_part ve_boot_id_part;

#endif /* _VE_BOOT_ID_H */
