/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl create. */
#ifndef VZCTL_CMD_CREATE_H
#define VZCTL_CMD_CREATE_H

#include "vzctl/ctx.h"

cmd_fn cmd_create;

#endif /* VZCTL_CMD_CREATE_H */
