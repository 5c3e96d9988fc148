/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of IO of a VE. */
#ifndef LIBVZ_LIMITS_IO_H
#define LIBVZ_LIMITS_IO_H

struct vz_conf;
struct vz_err;

/* iolimit, iopslimit, ioprio. */
int vz_apply_io(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_LIMITS_IO_H */
