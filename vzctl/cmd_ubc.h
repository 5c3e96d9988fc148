/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl ubc. */
#ifndef VZCTL_CMD_UBC_H
#define VZCTL_CMD_UBC_H

#include "vzctl/ctx.h"

cmd_fn cmd_ubc;

#endif /* VZCTL_CMD_UBC_H */
