/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's side of images_send.h. */
#ifndef VZMIGRATE_IMAGES_RECV_H
#define VZMIGRATE_IMAGES_RECV_H

#include <stdint.h>

struct vz_err;
struct wire_frame;

/**
 * struct images_receiver - where IMAGE frames go
 * @dir: a folder that was empty, owned by the caller
 * @fd, @name: the file that has come in part, -1 for none
 * @store, @nstore: pages that came while the VE ran, owned by the caller
 */
struct images_receiver {
	int dir;
	int fd;
	char name[256];
	int store;
	const uint32_t *nstore;
};

/* One frame. */
int images_take(struct images_receiver *r, const struct wire_frame *f, struct vz_err *e);
void images_release(struct images_receiver *r);

#endif /* VZMIGRATE_IMAGES_RECV_H */
