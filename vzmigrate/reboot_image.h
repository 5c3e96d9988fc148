/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of kernels. */
#ifndef VZMIGRATE_REBOOT_IMAGE_H
#define VZMIGRATE_REBOOT_IMAGE_H

#include <stdbool.h>

struct vz_err;

/*
 * Is this file an x86 kernel of our series with all that a restore needs? Its
 * configuration is the embedded one, or config-RELEASE beside vmlinuz-RELEASE.
 * modules: what comes in modules counts, since an initramfs is there. runs: whether it
 * is the build that runs; may be NULL.
 */
int reboot_check_kernel(const char *path, bool modules, bool *runs, struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_IMAGE_H */
