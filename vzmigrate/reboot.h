/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vzreboot: update the host's kernel under running VEs.
 *
 * All running VEs are dumped into a memory region that survives kexec and are
 * left frozen; then the new kernel is entered directly. Until that jump every
 * fault is undone by thawing. The new kernel's early unit restores what the
 * manifest names, once.
 */
#ifndef VZMIGRATE_REBOOT_H
#define VZMIGRATE_REBOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "libvz/paths.h"

struct vz_conf;

#define REBOOT_BOOT		"/boot"
#define REBOOT_STORE		VZ_PMEM_STORE
#define REBOOT_DEVICE		VZ_PMEM_DEVICE
#define REBOOT_MANIFEST		REBOOT_STORE "/manifest"
#define REBOOT_GENERATION	"/var/lib/vzctl/reboot.generation"
#define REBOOT_REPORT		"/var/lib/vzctl/reboot.report"
#define REBOOT_UNIT		"vz-restore.service"
#define REBOOT_MAX_VES		4096
#define REBOOT_TRIES		2	/* the new kernel, and one to return to */

struct reboot_plan {
	const char *kernel, *initrd, *append;	/* initrd: NULL when there is none */
	const char *back, *back_initrd;	/* kernel to return to, NULL: none */
	bool dry_run;
	char *cmdline;			/* of the new kernel */
	char back_cmdline[2048];	/* of the one to return to: as it is now */
	struct vz_conf **ve;		/* VEs to carry over, each locked */
	size_t n_ve;
	bool *stopped;			/* those that could not be dumped, and were stopped */
	uint64_t generation;
	uint64_t need_bytes, free_bytes;
};

#endif /* VZMIGRATE_REBOOT_H */
