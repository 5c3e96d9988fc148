/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel must be. */
#ifndef LIBVZ_KERNEL_H
#define LIBVZ_KERNEL_H

struct vz_err;

/* 0 when this kernel is ours and the ve controller is usable; else -ENOSYS, VZ_BADKERNEL, with the
 * reason. */
int vz_kernel_check(struct vz_err *e);

#endif /* LIBVZ_KERNEL_H */
