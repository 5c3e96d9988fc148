/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl quotaon, quotaoff, quotainit. */
#ifndef VZCTL_CMD_QUOTA_H
#define VZCTL_CMD_QUOTA_H

#include "vzctl/ctx.h"

cmd_fn cmd_quotaon, cmd_quotaoff, cmd_quotainit;

#endif /* VZCTL_CMD_QUOTA_H */
