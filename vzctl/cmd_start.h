/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl start, stop, restart, and their work for other commands. */
#ifndef VZCTL_CMD_START_H
#define VZCTL_CMD_START_H

#include <stdbool.h>
#include "vzctl/ctx.h"

struct vz_conf;
struct vz_err;

cmd_fn cmd_start, cmd_stop, cmd_restart;

/* Start, with a restore first when a dump exists. */
int start_ve(struct ctx *x, struct vz_err *e);
int stop_ve(struct ctx *x, bool fast, bool keep_mounted, struct vz_err *e);
/* DUMPDIR/Dump.<id> */
char *dump_dir(const struct vz_conf *c, char *buf);

#endif /* VZCTL_CMD_START_H */
