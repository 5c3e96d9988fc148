/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl check-host. */
#ifndef VZCTL_CMD_CHECK_HOST_H
#define VZCTL_CMD_CHECK_HOST_H

#include "vzctl/ctx.h"

cmd_fn cmd_check_host;

#endif /* VZCTL_CMD_CHECK_HOST_H */
