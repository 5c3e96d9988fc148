/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The images of a VE that stands still, in one stream: many small files in a frame, and no
 * answer is waited for. Files of pages go as references (refs.h).
 */
#ifndef VZMIGRATE_IMAGES_SEND_H
#define VZMIGRATE_IMAGES_SEND_H

#include <stdint.h>

struct pages;
struct vz_err;
struct wire;

/* All regular files of the folder. *bytes: sent. */
int images_send(struct wire *w, int dir, const struct pages *pages, uint64_t *bytes,
		struct vz_err *e);

#endif /* VZMIGRATE_IMAGES_SEND_H */
