/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VE has read and written: see io.c. Private to beancounters/.
 */
#ifndef _VZ_UB_IO_PRIVATE_H
#define _VZ_UB_IO_PRIVATE_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <vz/ub-io.h>
#include "row.h"

/**
 * struct ub_io_stat - what one CPU has counted
 * @read: bytes
 * @write: bytes, direct ones and @dirty
 * @dirty: bytes
 * @cancel: bytes
 * @syncs: calls begun
 * @synced: calls ended
 */
struct ub_io_stat {
	u64	read;
	u64	write;
	u64	dirty;
	u64	cancel;
	u64	syncs[UB_IO_NR_SYNCS];
	u64	synced[UB_IO_NR_SYNCS];
};

/**
 * struct ub_io - IO of a VE
 * @stat: counters, never reset
 */
struct ub_io {
	struct ub_io_stat __percpu	*stat;
};

extern const struct ub_part ub_io_part;
void ub_io_sum(struct ub_io *io, struct ub_io_stat *sum);

#endif /* _VZ_UB_IO_PRIVATE_H */
