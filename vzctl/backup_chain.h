/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole archive and the increments on it, each on the one before it, by their digests. */
#ifndef VZCTL_BACKUP_CHAIN_H
#define VZCTL_BACKUP_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include "vzctl/backup_read.h"

struct backup_base;
struct vz_err;

/**
 * struct backup_chain - archives that make one VE
 * @in, @n: they are open behind their heads
 * @taken: they have been unpacked, or as far as could be
 * @head: of the last one
 */
struct backup_chain {
	struct backup_in **in;
	size_t n;
	bool taken;
	struct backup_head head;
};

/*
 * Nothing is unpacked yet when one is missing, changed or out of order: -EINVAL. One alone may
 * be "-", standard input. To be closed either way.
 */
int backup_chain_open(char *const *files, size_t n, struct backup_chain *c, struct vz_err *e);
void backup_chain_close(struct backup_chain *c);
/* Before they are unpacked: what has failed may have to do with the head (backup_in_blame). */
int backup_chain_blame(struct backup_chain *c, struct vz_err *e);
/* All of them into dir (backup_unpack). */
int backup_chain_unpack(struct backup_chain *c, const char *dir, struct vz_err *e);

/*
 * What an increment on that archive has to know of it, into b, which was all zero. -EINVAL: it is
 * not whole, or none. b->seen is the caller's to free, either way.
 */
int backup_base_load(const char *file, struct backup_base *b, struct vz_err *e);

#endif /* VZCTL_BACKUP_CHAIN_H */
