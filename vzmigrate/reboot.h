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
#include "libvz/conf.h"
#include "libvz/err.h"

#define REBOOT_STORE		"/vz/pmem"
#define REBOOT_DEVICE		"/dev/pmem0"
#define REBOOT_MANIFEST		REBOOT_STORE "/manifest"
#define REBOOT_GENERATION	"/var/lib/vzctl/reboot.generation"
#define REBOOT_REPORT		"/var/lib/vzctl/reboot.report"
#define REBOOT_UNIT		"vz-restore.service"
#define REBOOT_MAX_VES		4096

struct reboot_plan {
	const char *kernel, *initrd, *append;
	bool dry_run;
	char *cmdline;			/* of the new kernel */
	struct vz_conf **ve;		/* VEs to carry over, each locked */
	size_t n_ve;
	uint64_t generation;
	uint64_t need_bytes, free_bytes;
};

/* One VE of a manifest. */
struct reboot_entry {
	unsigned int id;
	uint64_t image_bytes;
};

struct reboot_manifest {
	uint64_t generation;
	char kernel[128];		/* release of the kernel that saved */
	uint64_t frozen_at;		/* realtime seconds, for the report */
	size_t n;
	struct reboot_entry *entry;
};

/* reboot_check.c: everything that can be known before something is frozen. */
int reboot_check(struct reboot_plan *p, struct vz_err *e);

/* reboot_image.c: is this file an x86 kernel of our series with all that a restore needs? */
int reboot_check_kernel(const char *path, struct vz_err *e);

/* reboot_store.c */
/* REBOOT_STORE is ext4 with dax on REBOOT_DEVICE. */
int reboot_store_check(struct vz_err *e);
/* Mount it if the device holds a file system and it is not mounted yet. */
int reboot_store_mount(struct vz_err *e);
/* Images of a VE in a generation (PATH_MAX buffer). */
char *reboot_store_path(char *buf, uint64_t generation, unsigned int id);
int reboot_store_make(uint64_t generation, struct vz_err *e);
/* Remove images of every generation and manifests. */
void reboot_store_clean(void);
int reboot_manifest_write(const struct reboot_manifest *m, struct vz_err *e);
/* Read and withdraw in one step: a manifest is used once. -ENOENT without e when there is none. */
int reboot_manifest_take(struct reboot_manifest *m, struct vz_err *e);
/* Generation on disk: what a manifest must carry to be believed. 0 when none is awaited. */
uint64_t reboot_generation_last(bool *awaited);
int reboot_generation_set(uint64_t generation, bool awaited, struct vz_err *e);

/* reboot_save.c: dump all in parallel and leave them frozen; on failure all run again. */
int reboot_save(struct reboot_plan *p, struct reboot_manifest *m, struct vz_err *e);
void reboot_unsave(struct reboot_plan *p);

/* reboot_kexec.c */
int reboot_kexec_load(const struct reboot_plan *p, struct vz_err *e);
void reboot_kexec_unload(void);
/* Sync and freeze file systems, then jump. Returns only on failure, with all thawed. */
int reboot_kexec_jump(struct vz_err *e);

/* reboot_restore.c */
int reboot_restore(struct vz_err *e);
int reboot_announce(struct vz_err *e);
int reboot_report(struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_H */
