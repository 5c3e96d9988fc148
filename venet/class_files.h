/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup files ve.classes and ve.classes_v6: see class_files.c. */
#ifndef _VENET_CLASS_FILES_H
#define _VENET_CLASS_FILES_H

#include <linux/cgroup-defs.h>

extern struct cftype venet_class_files[];

#endif /* _VENET_CLASS_FILES_H */
