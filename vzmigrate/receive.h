/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's side of a migration: state shared by its files. */
#ifndef VZMIGRATE_RECEIVE_H
#define VZMIGRATE_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/frame.h"
#include "libvz/journal.h"
#include "vzmigrate/wire.pb-c.h"

struct vz_conf;
struct vz_err;

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

/* Reserve: lock, journal, configuration, basis of the copy. */
int dst_reserve(struct mig_dst *d, bool *basis, struct vz_err *e);

/* `vzmigrate --receive`: the other end of stdin and stdout. Returns the exit code. */
int mig_receive(void);

#endif /* VZMIGRATE_RECEIVE_H */
