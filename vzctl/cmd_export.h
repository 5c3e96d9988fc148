/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VZCTL_CMD_EXPORT_H
#define VZCTL_CMD_EXPORT_H

#include "vzctl/ctx.h"

/* vzctl export. */
cmd_fn cmd_export;

#endif /* VZCTL_CMD_EXPORT_H */
