/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VE state image and the marker that makes a dump complete. */
#ifndef CHECKPOINT_STATE_H
#define CHECKPOINT_STATE_H

#include <stdbool.h>
#include "checkpoint/ve_state.pb-c.h"

struct vz_conf;
struct vz_err;

#define CKPT_STATE_VERSION	1
#define CKPT_STATE_FILE		"ve.img"
#define CKPT_MARKER_FILE	"ve.complete"

/* The VE state image. */
int ckpt_state_collect(const struct vz_conf *c, int criu, VeState **s, struct vz_err *e);
int ckpt_state_save(const VeState *s, int dirfd, struct vz_err *e);
int ckpt_state_load(int dirfd, VeState **s, struct vz_err *e);
void ckpt_state_free(VeState *s);

/* The marker that makes a dump complete: written last, removed first. */
int ckpt_marker_write(const VeState *s, int dirfd, struct vz_err *e);
int ckpt_marker_remove(int dirfd);
bool ckpt_marker_valid(int dirfd, unsigned int id);

/* Names of what the processor had that made the dump in dir, malloc'ed; NULL when it does not tell.
 */
char *ckpt_cpu_of(const char *dir);

#endif /* CHECKPOINT_STATE_H */
