/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup files ve.traffic and ve.net: see traffic_files.c. */
#ifndef _VENET_TRAFFIC_FILES_H
#define _VENET_TRAFFIC_FILES_H

#include <linux/cgroup-defs.h>

extern struct cftype venet_traffic_files[];

#endif /* _VENET_TRAFFIC_FILES_H */
