/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VE sees of /sys: see sysfs.c. */
#ifndef _VE_SYSFS_H
#define _VE_SYSFS_H

#include <linux/types.h>

bool ve_sysfs_path_shown(const char *path);

#endif /* _VE_SYSFS_H */
