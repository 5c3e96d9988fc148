/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl runscript. */
#ifndef VZCTL_CMD_RUNSCRIPT_H
#define VZCTL_CMD_RUNSCRIPT_H

#include "vzctl/ctx.h"

cmd_fn cmd_runscript;

#endif /* VZCTL_CMD_RUNSCRIPT_H */
