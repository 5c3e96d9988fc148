/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that can be known before something is frozen. */
#ifndef VZMIGRATE_REBOOT_CHECK_H
#define VZMIGRATE_REBOOT_CHECK_H

struct reboot_plan;
struct vz_err;

/* Everything that can be known before something is frozen. */
int reboot_check(struct reboot_plan *p, struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_CHECK_H */
