/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl convert: another layout for the files of a VE. */
#ifndef VZCTL_CMD_CONVERT_H
#define VZCTL_CMD_CONVERT_H

#include "vzctl/ctx.h"

cmd_fn cmd_convert;

#endif /* VZCTL_CMD_CONVERT_H */
