/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of kernels. */
#ifndef VZMIGRATE_REBOOT_IMAGE_H
#define VZMIGRATE_REBOOT_IMAGE_H

struct vz_err;

/* Is this file an x86 kernel of our series with all that a restore needs? */
int reboot_check_kernel(const char *path, struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_IMAGE_H */
