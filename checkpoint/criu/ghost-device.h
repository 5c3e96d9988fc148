/* SPDX-License-Identifier: GPL-2.0-only */
/* Device nodes that are open and have no name any more. */
#ifndef __CR_GHOST_DEVICE_H__
#define __CR_GHOST_DEVICE_H__

#include <sys/types.h>

/* As mknod(2), by the host's root for the namespace's: -1 and errno. path is absolute. */
extern int make_ghost_device(const char *path, mode_t mode, dev_t rdev);

#endif
