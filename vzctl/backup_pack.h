/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the bytes of an archive go: zstd, one frame with its checksum, which libarchive's own
 * writer does not set. Without it much of what a disk or a link damages reads as if it were whole.
 */
#ifndef VZCTL_BACKUP_PACK_H
#define VZCTL_BACKUP_PACK_H

#include <stdint.h>

struct archive;
struct backup_pack;

/* The archive writes into fd from here on; fd stays the caller's. -ENOMEM, -EIO. */
int backup_pack_open(struct archive *a, int fd, struct backup_pack **pack);
/* The end of the frame, once a is closed. -errno. */
int backup_pack_finish(struct backup_pack *p);
/* Not before a is freed. NULL is allowed. */
void backup_pack_free(struct backup_pack *p);

/* Bytes that went into fd. */
uint64_t backup_pack_bytes(const struct backup_pack *p);

#endif /* VZCTL_BACKUP_PACK_H */
