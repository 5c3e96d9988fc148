/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl check-migratable. */
#ifndef VZCTL_CMD_CHECK_MIGRATABLE_H
#define VZCTL_CMD_CHECK_MIGRATABLE_H

#include "vzctl/ctx.h"

struct vz_err;

int cmd_check_migratable(struct ctx *x, int argc, char **argv, struct vz_err *e);
/*
 * check-migratable --all: the exit status is that of a VE that cannot be moved when there is
 * one; a format other than the table has a line for each VE.
 */
int cmd_check_all_migratable(struct ctx *x, int argc, char **argv, struct vz_err *e);

#endif /* VZCTL_CMD_CHECK_MIGRATABLE_H */
