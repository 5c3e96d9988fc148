/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that are installed in /boot. */
#ifndef VZMIGRATE_REBOOT_BOOT_H
#define VZMIGRATE_REBOOT_BOOT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct reboot_plan;
struct vz_err;

/**
 * struct boot_kernel - a kernel in which VEs could go on
 * @path, @initrd: its files; initrd is empty when it has none
 * @release: its name
 * @runs: it is the very build that runs
 */
struct boot_kernel {
	char path[PATH_MAX];
	char initrd[PATH_MAX];
	char release[128];
	bool runs;
};

/* All of folder dir (REBOOT_BOOT), the newest first. */
int boot_kernels(const char *dir, struct boot_kernel **list, size_t *n, struct vz_err *e);
/*
 * The newest of the flavour that runs into p; -EALREADY when that one runs: there is
 * nothing to do.
 */
int boot_newest(struct reboot_plan *p, struct vz_err *e);
/* What the user gave, a release or a file, as a file, and the initramfs that lies beside it. */
int boot_named(struct reboot_plan *p, struct vz_err *e);
/* The one to return to: what the user gave, else the file in REBOOT_BOOT of the one that runs. */
int boot_back(struct reboot_plan *p, struct vz_err *e);
/* Print them. */
int boot_report(struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_BOOT_H */
