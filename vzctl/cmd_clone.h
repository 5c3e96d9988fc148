/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl clone, move: the files of a VE in another place. */
#ifndef VZCTL_CMD_CLONE_H
#define VZCTL_CMD_CLONE_H

#include "vzctl/ctx.h"

cmd_fn cmd_clone, cmd_move;

#endif /* VZCTL_CMD_CLONE_H */
