/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl rename: another number. */
#ifndef VZCTL_CMD_RENAME_H
#define VZCTL_CMD_RENAME_H

#include "vzctl/ctx.h"

cmd_fn cmd_rename;

#endif /* VZCTL_CMD_RENAME_H */
