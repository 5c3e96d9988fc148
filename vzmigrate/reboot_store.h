/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that survives kexec: images, manifest, generation. */
#ifndef VZMIGRATE_REBOOT_STORE_H
#define VZMIGRATE_REBOOT_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vz_err;

/* One VE of a manifest. */
struct reboot_entry {
	unsigned int id;
	uint64_t image_bytes;
};

struct reboot_manifest {
	uint64_t generation;
	char kernel[128];		/* release of the kernel that saved */
	uint64_t frozen_at;		/* realtime seconds, for the report */
	unsigned int tries;		/* kernels that have tried it, this one included */
	char back[PATH_MAX];		/* kernel to return to; "" when there is none */
	char back_initrd[PATH_MAX];
	char back_cmdline[2048];
	size_t n;
	struct reboot_entry *entry;
};

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
/*
 * Read it, and count that this kernel tries it, on the root disk: REBOOT_TRIES may, so that
 * the VEs come back in another kernel when this one dies. Each VE's images are used once
 * all the same: their marker goes before its first instruction. -ENOENT without e when there
 * is none.
 */
int reboot_manifest_take(struct reboot_manifest *m, struct vz_err *e);
/* All VEs run, or were started cold: nobody reads it again. */
int reboot_manifest_done(const struct reboot_manifest *m, struct vz_err *e);
/* Generation on disk: what a manifest must carry to be believed. 0 when none is awaited. */
uint64_t reboot_generation_last(bool *awaited);
int reboot_generation_set(uint64_t generation, bool awaited, struct vz_err *e);

#endif /* VZMIGRATE_REBOOT_STORE_H */
