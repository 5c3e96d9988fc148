/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of a running VE, sent before the freeze, in rounds that stop nobody. */
#ifndef VZMIGRATE_SOURCE_MEMORY_H
#define VZMIGRATE_SOURCE_MEMORY_H

#include <stdint.h>

struct mig_src;
struct vz_err;

/* Rounds until little is new, or no less than before. *fresh: bytes that were in the last one. */
int src_memory_rounds(struct mig_src *s, uint64_t *fresh, struct vz_err *e);

/*
 * struct ckpt_gate.prepare of a struct mig_src: what the destination has, for CRIU. Where it
 * cannot be written everything is dumped.
 */
int src_memory_tell(void *arg, int images, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_MEMORY_H */
