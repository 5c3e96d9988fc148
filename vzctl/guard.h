/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that lets a VE go on should its maker die, killed or not, while the VE stands still. */
#ifndef VZCTL_GUARD_H
#define VZCTL_GUARD_H

#include <sys/types.h>

struct vz_conf;
struct vz_err;

/* fd -1: there is none. Released by guard_end(), after which it does what it is for. */
struct guard {
	int fd;
	pid_t pid;
};

#define GUARD_NONE	{ .fd = -1 }

/* go_on: what the guard calls, in its own process. */
int guard_make(struct guard *g, const struct vz_conf *c,
	       int (*go_on)(const struct vz_conf *c, struct vz_err *e), struct vz_err *e);
/* Wait until the guard has done it. */
void guard_end(struct guard *g);

#endif /* VZCTL_GUARD_H */
