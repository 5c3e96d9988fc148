/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The jump into the new kernel. */
#ifndef VZMIGRATE_REBOOT_KEXEC_H
#define VZMIGRATE_REBOOT_KEXEC_H

struct reboot_plan;
struct vz_err;

int reboot_kexec_load(const struct reboot_plan *p, struct vz_err *e);
void reboot_kexec_unload(void);

/* Sync and freeze file systems, then jump. Returns only on failure, with all thawed. */
int reboot_kexec_jump(struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_KEXEC_H */
