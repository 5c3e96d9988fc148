/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a VE that may change without their times telling it. */
#ifndef VZMIGRATE_SOURCE_BUSY_H
#define VZMIGRATE_SOURCE_BUSY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vz_conf;
struct vz_err;

/**
 * struct src_busy - what tasks of a VE have open for writing or mapped shared and writable
 * @ino: inodes on the private area's file system, sorted, malloc'ed
 * @n: how many
 * @lost: there are files besides whose inodes are not known: any may have changed
 */
struct src_busy {
	uint64_t *ino;
	size_t n;
	bool lost;
};

/* root: the private area. */
int src_busy_files(const struct vz_conf *c, int root, struct src_busy *found, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_BUSY_H */
