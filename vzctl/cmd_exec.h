/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl exec, exec2, exec3, enter, console. */
#ifndef VZCTL_CMD_EXEC_H
#define VZCTL_CMD_EXEC_H

#include "vzctl/ctx.h"

cmd_fn cmd_exec, cmd_exec2, cmd_exec3, cmd_enter, cmd_console;

#endif /* VZCTL_CMD_EXEC_H */
