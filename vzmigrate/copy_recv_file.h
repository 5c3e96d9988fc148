/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Content of files as it comes in. Each takes what it needs out of the frame. */
#ifndef VZMIGRATE_COPY_RECV_FILE_H
#define VZMIGRATE_COPY_RECV_FILE_H

struct copy_receiver;
struct vz_err;
struct wire_frame;

int copy_take_file(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e);
int copy_take_data(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e);
/* Answers NEED with the files whose content differs. */
int copy_take_digest(struct copy_receiver *r, struct wire_frame *f, struct vz_err *e);
/* Forget the file being received. */
void copy_file_clear(struct copy_receiver *r);

#endif /* VZMIGRATE_COPY_RECV_FILE_H */
