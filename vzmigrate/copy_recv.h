/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The destination's side of a copy. */
#ifndef VZMIGRATE_COPY_RECV_H
#define VZMIGRATE_COPY_RECV_H

#include "vzmigrate/copy_receiver.h"

struct vz_err;
struct wire;

void copy_receiver_init(struct copy_receiver *r, struct wire *w, int root, int stage);
void copy_receiver_release(struct copy_receiver *r);
/* One pass, after its TREE frame; answers DONE. */
int copy_recv_pass(struct copy_receiver *r, const Wire__Tree *t, struct vz_err *e);

#endif /* VZMIGRATE_COPY_RECV_H */
