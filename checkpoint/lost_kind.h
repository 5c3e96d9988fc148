/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of what a VE makes and CRIU does not carry: a table with the reason for each. */
#ifndef CHECKPOINT_LOST_KIND_H
#define CHECKPOINT_LOST_KIND_H

#include <stddef.h>

/* A type of file system, a kind of device; what opened it, or why it cannot be dumped. */
struct lost_kind {
	const char *name, *why;
};

/* The one of a table that is called so, len bytes; NULL when none is. */
const struct lost_kind *lost_kind_find(const struct lost_kind *table, size_t n, const char *name,
				       size_t len);

#endif /* CHECKPOINT_LOST_KIND_H */
