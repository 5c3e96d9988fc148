/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's side of a migration: state shared by its files. */
#ifndef VZMIGRATE_RECEIVE_H
#define VZMIGRATE_RECEIVE_H

#include <stdbool.h>
#include "libvz/conf.h"
#include "vzmigrate/copy.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/journal.h"

/**
 * struct mig_dst - one migration to this host
 * @hello: the source's first message, owned
 * @c: configuration of the VE with this host's paths
 * @reserved: journal, lock and temporary files are ours
 * @ran: the VE may have executed an instruction here
 */
struct mig_dst {
	struct wire w;
	Wire__Hello *hello;
	struct vz_conf *c;
	struct journal j;
	bool reserved, granted, ran;
	int tree_fd, stage_fd, images_fd, images_stage_fd;
	struct copy_receiver tree, images;
	uint64_t restore_us;
};

/* May this VE come here? Nothing is changed. free_bytes: room for its files. */
int dst_check(const Wire__Hello *h, uint64_t *free_bytes, struct vz_err *e);

/* Reserve: lock, journal, configuration, basis of the copy. */
int dst_reserve(struct mig_dst *d, bool *basis, struct vz_err *e);

/* PREPARE to the end. */
int dst_take_over(struct mig_dst *d, struct vz_err *e);

#endif /* VZMIGRATE_RECEIVE_H */
