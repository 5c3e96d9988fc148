/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl check-migratable. */
#ifndef VZCTL_CMD_CHECK_MIGRATABLE_H
#define VZCTL_CMD_CHECK_MIGRATABLE_H

#include "vzctl/ctx.h"

struct vz_err;

int cmd_check_migratable(struct ctx *x, int argc, char **argv, struct vz_err *e);

#endif /* VZCTL_CMD_CHECK_MIGRATABLE_H */
