/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VZCTL_CMD_WAIT_H
#define VZCTL_CMD_WAIT_H

#include "vzctl/ctx.h"

cmd_fn cmd_wait;

#endif /* VZCTL_CMD_WAIT_H */
