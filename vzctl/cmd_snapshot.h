/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl snapshot, snapshot-switch, -delete, -mount, -umount, -list. */
#ifndef VZCTL_CMD_SNAPSHOT_H
#define VZCTL_CMD_SNAPSHOT_H

#include "vzctl/ctx.h"

cmd_fn cmd_snapshot, cmd_snapshot_delete, cmd_snapshot_mount, cmd_snapshot_umount,
	cmd_snapshot_list;

#endif /* VZCTL_CMD_SNAPSHOT_H */
