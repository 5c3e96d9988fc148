/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of one of so many equal VEs on a host. */
#ifndef VZCTL_SPLIT_H
#define VZCTL_SPLIT_H

#include "vzctl/usage.h"
#include "vzctl/validate.h"

/* false: the host is too small for so many. */
bool split_host(const struct host *h, long ves, bool vswap, struct limits *l);

#endif /* VZCTL_SPLIT_H */
