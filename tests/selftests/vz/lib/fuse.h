/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file system of a VE whose server is a process of the VE that need not answer:
 * a root with one empty file under every name, and a page cache that writes back
 * later. Kernel threads of the host ask the server as well.
 */
#ifndef _VZ_SELFTESTS_FUSE_H
#define _VZ_SELFTESTS_FUSE_H

#include "common.h"
#include <linux/fuse.h>
#include <sys/uio.h>

#ifndef FUSE_ALLOW_IDMAP
#define FUSE_ALLOW_IDMAP	(1ULL << 40)
#endif
#define FUSE_FILE_ID	(FUSE_ROOT_ID + 1)

/* Mount on @dir, in a VE with the feature. Return: what the server reads from. */
int fuse_mount(const char *dir);

/* Answer requests until the file system is gone, but none for which @ignore holds. */
void fuse_serve(int dev, bool (*ignore)(const struct fuse_in_header *in));

#endif /* _VZ_SELFTESTS_FUSE_H */
