/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folders as they come in. */
#ifndef VZMIGRATE_COPY_RECV_DIR_H
#define VZMIGRATE_COPY_RECV_DIR_H

struct copy_receiver;
struct vz_err;
struct wire_frame;

/* Act on one DIR frame, whose message is taken over; answers NEED. */
int copy_take_dir(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e);

#endif /* VZMIGRATE_COPY_RECV_DIR_H */
