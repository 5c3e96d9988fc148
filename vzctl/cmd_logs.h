/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VZCTL_CMD_LOGS_H
#define VZCTL_CMD_LOGS_H

#include "vzctl/ctx.h"

cmd_fn cmd_logs;

#endif /* VZCTL_CMD_LOGS_H */
