/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of the destination's side of a migration, shared by its files. */
#ifndef VZMIGRATE_RECEIVE_STATE_H
#define VZMIGRATE_RECEIVE_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "vzmigrate/copy_recv.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/images_recv.h"
#include "libvz/journal.h"
#include "vzmigrate/wire.pb-c.h"

struct vz_conf;

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
	int store_fd;			/* pages that came while the VE ran; -1: none are taken */
	struct copy_receiver tree, images;
	struct images_receiver stream;
	pid_t sync_pid;			/* writes the files to disk; 0: nobody does */
	uint64_t restore_us;
	uint64_t asked_us;		/* since when the source waits for us */
};

#endif /* VZMIGRATE_RECEIVE_STATE_H */
