/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl mount, umount. */
#ifndef VZCTL_CMD_MOUNT_H
#define VZCTL_CMD_MOUNT_H

#include "vzctl/ctx.h"

cmd_fn cmd_mount, cmd_umount;

#endif /* VZCTL_CMD_MOUNT_H */
