/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl explain. */
#ifndef VZCTL_CMD_EXPLAIN_H
#define VZCTL_CMD_EXPLAIN_H

#include "vzctl/ctx.h"

cmd_fn cmd_explain;

#endif /* VZCTL_CMD_EXPLAIN_H */
