/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a VE mounted? */
#ifndef LIBVZ_MOUNTED_H
#define LIBVZ_MOUNTED_H

#include <stdbool.h>

struct vz_conf;

bool vz_is_mountpoint(const char *path);

/* /vz/root/<id> is a mount point. */
bool vz_ve_mounted(const struct vz_conf *c);

#endif /* LIBVZ_MOUNTED_H */
