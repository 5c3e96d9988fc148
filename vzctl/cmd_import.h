/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VZCTL_CMD_IMPORT_H
#define VZCTL_CMD_IMPORT_H

#include "vzctl/ctx.h"

/* vzctl import. */
cmd_fn cmd_import;

#endif /* VZCTL_CMD_IMPORT_H */
