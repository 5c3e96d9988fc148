/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a VE that may change without their times telling it. */
#ifndef VZMIGRATE_SOURCE_BUSY_H
#define VZMIGRATE_SOURCE_BUSY_H

#include <stddef.h>
#include <stdint.h>

struct vz_err;

/*
 * Inodes on the private area's file system that tasks of the VE
 * have open for writing or mapped shared and writable; sorted, malloc'ed.
 */
int src_busy_files(unsigned int id, int root, uint64_t **ino, size_t *n, struct vz_err *e);

#endif /* VZMIGRATE_SOURCE_BUSY_H */
