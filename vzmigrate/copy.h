/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copy engine: makes a tree at the destination equal to one at the source,
 * in passes. The first pass may meet a tree that is there already (a
 * template, what an earlier try left): then content is compared. Later passes
 * send what changed since the pass before. A pass over a running VE tolerates
 * files that change or vanish; the next pass finds them.
 */
#ifndef VZMIGRATE_COPY_H
#define VZMIGRATE_COPY_H

#include <errno.h>
#include <stdint.h>
#include "libvz/err.h"

/* Which tree a pass is about. Part of the protocol. */
enum copy_tree {
	COPY_PRIVATE,
	COPY_IMAGES,
	COPY_NR_TREES,
};

struct copy_counts {
	uint64_t files, bytes, removed;
};

static inline int copy_no_memory(struct vz_err *e)
{
	return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory while copying");
}

#endif /* VZMIGRATE_COPY_H */
