/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl set. */
#ifndef VZCTL_CMD_SET_H
#define VZCTL_CMD_SET_H

#include "vzctl/ctx.h"

cmd_fn cmd_set;

#endif /* VZCTL_CMD_SET_H */
