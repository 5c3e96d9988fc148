/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a VE. Callers hold the VE's lock. */
#ifndef LIBVZ_STOP_H
#define LIBVZ_STOP_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/*
 * Ask init to halt, wait stop_timeout seconds, then kill; unmounts. fast: kill
 * at once. A frozen VE is killed and never thawed: it may run elsewhere.
 */
int vz_ve_stop(const struct vz_conf *c, bool fast, struct vz_err *e);
/* What is to be done once a VE has ended, by itself or not: network down, umount, cgroup removed.
 */
int vz_ve_cleanup(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_STOP_H */
