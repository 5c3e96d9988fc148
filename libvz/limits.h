/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits one by one, for vzctl set. */
#ifndef LIBVZ_LIMITS_H
#define LIBVZ_LIMITS_H

#include "libvz/conf.h"

/* -EOPNOTSUPP without a message: the kernel does not enforce this row yet. */
int vz_apply_ub(unsigned int id, enum ub_resource r, const struct vz_limit *l, struct vz_err *e);
/* cpuunits, cpulimit, cpus. */
int vz_apply_cpu(const struct vz_conf *c, struct vz_err *e);
/* iolimit, iopslimit, ioprio. */
int vz_apply_io(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_LIMITS_H */
