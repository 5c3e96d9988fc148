/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl snapshot-switch. */
#ifndef VZCTL_CMD_SNAPSHOT_SWITCH_H
#define VZCTL_CMD_SNAPSHOT_SWITCH_H

#include "vzctl/ctx.h"

cmd_fn cmd_snapshot_switch;

#endif /* VZCTL_CMD_SNAPSHOT_SWITCH_H */
