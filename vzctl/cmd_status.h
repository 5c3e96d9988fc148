/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl status. */
#ifndef VZCTL_CMD_STATUS_H
#define VZCTL_CMD_STATUS_H

#include "vzctl/ctx.h"

cmd_fn cmd_status;

#endif /* VZCTL_CMD_STATUS_H */
