/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the tools run on the host: action scripts. */
#ifndef LIBVZ_SCRIPT_H
#define LIBVZ_SCRIPT_H

#include "libvz/conf.h"

/*
 * Action script "premount", "mount", "umount", "postumount": vps.X and <id>.X
 * of /etc/vz/conf, those that exist, in the classic order. A failure is VZ_ACTIONSCRIPT.
 */
int vz_action_script(const struct vz_conf *c, const char *what, struct vz_err *e);

#endif /* LIBVZ_SCRIPT_H */
