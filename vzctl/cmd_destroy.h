/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl destroy. */
#ifndef VZCTL_CMD_DESTROY_H
#define VZCTL_CMD_DESTROY_H

#include "vzctl/ctx.h"

cmd_fn cmd_destroy;

#endif /* VZCTL_CMD_DESTROY_H */
