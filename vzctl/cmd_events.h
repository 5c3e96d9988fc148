/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VZCTL_CMD_EVENTS_H
#define VZCTL_CMD_EVENTS_H

#include "vzctl/ctx.h"

cmd_fn cmd_events;

#endif /* VZCTL_CMD_EVENTS_H */
