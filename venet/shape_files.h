/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup files ve.rate and ve.totalrate: see shape_files.c. */
#ifndef _VENET_SHAPE_FILES_H
#define _VENET_SHAPE_FILES_H

#include <linux/cgroup-defs.h>
#include "shape.h"

extern struct cftype venet_shape_files[];

int venet_rates_parse(char *text, struct venet_rate rate[VENET_CLASSES]);

#endif /* _VENET_SHAPE_FILES_H */
