/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the new kernel does with the manifest. */
#ifndef VZMIGRATE_REBOOT_RESTORE_H
#define VZMIGRATE_REBOOT_RESTORE_H

struct vz_err;

int reboot_restore(struct vz_err *e);
int reboot_announce(struct vz_err *e);
int reboot_report(struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_RESTORE_H */
