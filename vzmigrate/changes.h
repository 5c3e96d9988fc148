/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which inodes on ext4 have changed since a moment: the kernel's own word, given
 * each time that it writes one down (tracepoints of ext4, read through perf).
 * That covers what no watch of files tells of: stores through a mapping, chattr,
 * writes through a file system on top. Only numbers come, of all such file
 * systems together, so the list says too much and never too little.
 */
#ifndef VZMIGRATE_CHANGES_H
#define VZMIGRATE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct changes;
struct vz_err;

/* NULL and *e when this kernel does not tell. Freed by changes_close(), NULL is allowed. */
struct changes *changes_open(struct vz_err *e);
void changes_close(struct changes *c);

/* Forget what was; after it, what is written is in the list. Takes a moment. */
void changes_restart(struct changes *c);
/* Take what has come: to be called now and then, for the kernel's buffers are small. */
void changes_take(struct changes *c);
/*
 * All of them since changes_restart(), sorted, owned by c until the next call.
 * false: some were lost, or c is NULL, and nothing is known.
 */
bool changes_list(struct changes *c, const uint64_t **ino, size_t *n);

#endif /* VZMIGRATE_CHANGES_H */
