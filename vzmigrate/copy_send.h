/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source's side of a copy. */
#ifndef VZMIGRATE_COPY_SEND_H
#define VZMIGRATE_COPY_SEND_H

#include <stdbool.h>
#include "vzmigrate/copy.h"
#include "vzmigrate/copy_sender.h"

struct vz_err;
struct wire;

void copy_sender_init(struct copy_sender *s, struct wire *w, int root, enum copy_tree kind);
void copy_sender_release(struct copy_sender *s);
/* One pass. final: the tree stands still, so a file that vanishes is an error. */
int copy_send_pass(struct copy_sender *s, bool verify, bool final, struct vz_err *e);

#endif /* VZMIGRATE_COPY_SEND_H */
