/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup files ve.ip and ve.hold: see files.c. */
#ifndef _VENET_FILES_H
#define _VENET_FILES_H

#include <linux/cgroup-defs.h>

extern struct cftype venet_files[];

#endif /* _VENET_FILES_H */
