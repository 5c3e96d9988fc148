/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of pages as references to what the destination has, see File in wire.proto. */
#ifndef VZMIGRATE_REFS_H
#define VZMIGRATE_REFS_H

#include <stddef.h>
#include <stdint.h>
#include "vzmigrate/pages.h"

/* What a page takes at most. */
#define REFS_PAGE	(sizeof(uint32_t) + PAGES_SIZE)

/* The page as it is told. Returns the bytes of out it took. */
size_t refs_put(const struct pages *p, const uint8_t *page, uint8_t *out);

/**
 * refs_write() - what references stand for, into a file
 * @fd: the file
 * @offset: where in it, in whole pages; grows by what they stand for
 * @limit: of the file's size in bytes
 * @store: the pages that came, -1 for none; @nstore: their number
 *
 * Returns 0; -EPROTO: they are none; -EIO, -ENOSPC.
 */
int refs_write(int fd, uint64_t *offset, uint64_t limit, const uint8_t *p, size_t len, int store,
	       uint32_t nstore);

#endif /* VZMIGRATE_REFS_H */
