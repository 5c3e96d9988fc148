/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Action scripts: programs of the host that the tools run on it, and texts that they run in VEs. */
#ifndef LIBVZ_SCRIPT_H
#define LIBVZ_SCRIPT_H

#include "libvz/conf.h"

/*
 * Action script "premount", "mount", "umount", "postumount", "create": vps.X and <id>.X
 * of /etc/vz/conf, those that exist, in the classic order. A failure is VZ_ACTIONSCRIPT.
 */
int vz_action_script(const struct vz_conf *c, const char *what, struct vz_err *e);
/*
 * "start", "stop": the text of <id>.X goes to a shell in the VE, which must be running; what it
 * prints is told. Without the file: 0. A failure is VZ_ACTIONSCRIPT.
 */
int vz_action_inside(const struct vz_conf *c, const char *what, struct vz_err *e);

#endif /* LIBVZ_SCRIPT_H */
