/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of a VE: all of its configuration, or one by one for vzctl set. */
#ifndef LIBVZ_LIMITS_H
#define LIBVZ_LIMITS_H

#include "include/vz/abi.h"

struct vz_conf;
struct vz_err;
struct vz_limit;

/* -EOPNOTSUPP without a message: the kernel does not enforce this row yet. */
int vz_apply_ub(unsigned int id, enum ub_resource r, const struct vz_limit *l, struct vz_err *e);
/* cpuunits, cpulimit, cpus. */
int vz_apply_cpu(const struct vz_conf *c, struct vz_err *e);

/* Write the limits of the configuration (start, set, restore). */
int vz_ve_apply_limits(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_LIMITS_H */
