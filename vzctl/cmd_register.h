/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl register, unregister: a private area that this host has, or is to have no VE for. */
#ifndef VZCTL_CMD_REGISTER_H
#define VZCTL_CMD_REGISTER_H

#include "vzctl/ctx.h"

cmd_fn cmd_register, cmd_unregister;

#endif /* VZCTL_CMD_REGISTER_H */
