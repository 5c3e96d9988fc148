/* SPDX-License-Identifier: GPL-2.0-only */
/* An ext4 file system without a journal on a loop device, made with no tools. */
#ifndef _VZ_SELFTESTS_DISK_H
#define _VZ_SELFTESTS_DISK_H

#include "common.h"
#include <linux/loop.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define DISK_BLOCK	4096
#define DISK_INODES	256	/* of 256 bytes: 16 blocks */
#define DISK_ROOT	20	/* block of the root folder; all before it are metadata */

/* Make a file system of @mb MiB (at most 128) and mount it at @dir, writable for all. */
void disk_mount(const char *dir, unsigned int mb);

#endif /* _VZ_SELFTESTS_DISK_H */
