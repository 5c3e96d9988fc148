/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VZCTL_CMD_TOP_H
#define VZCTL_CMD_TOP_H

#include "vzctl/ctx.h"

cmd_fn cmd_top;

#endif /* VZCTL_CMD_TOP_H */
