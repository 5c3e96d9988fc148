/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl mount, umount, compact. */
#ifndef VZCTL_CMD_MOUNT_H
#define VZCTL_CMD_MOUNT_H

#include "vzctl/ctx.h"

cmd_fn cmd_mount, cmd_umount, cmd_compact;

#endif /* VZCTL_CMD_MOUNT_H */
