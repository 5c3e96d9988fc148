/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All VEs dumped and left frozen. */
#ifndef VZMIGRATE_REBOOT_SAVE_H
#define VZMIGRATE_REBOOT_SAVE_H

struct reboot_manifest;
struct reboot_plan;
struct vz_err;

/* Dump all in parallel and leave them frozen; on failure all run again. */
int reboot_save(struct reboot_plan *p, struct reboot_manifest *m, struct vz_err *e);
void reboot_unsave(struct reboot_plan *p);

#endif /* VZMIGRATE_REBOOT_SAVE_H */
