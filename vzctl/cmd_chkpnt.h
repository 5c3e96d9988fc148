/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl chkpnt, restore. */
#ifndef VZCTL_CMD_CHKPNT_H
#define VZCTL_CMD_CHKPNT_H

#include "vzctl/ctx.h"

cmd_fn cmd_chkpnt, cmd_restore;

#endif /* VZCTL_CMD_CHKPNT_H */
