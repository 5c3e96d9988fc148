/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of kmemsize have in common: its slack, and the end of a VE. */
#ifndef _VZ_SELFTESTS_KMEM_H
#define _VZ_SELFTESTS_KMEM_H

#include "common.h"

/* What CPUs keep in stock, and caches of empty slabs. */
#define SLACK	(512UL << 10)

/* A VE that has run gives all of its kernel memory back. Return: for main(). */
static inline int kmem_end(struct ve *ve)
{
	unsigned long left;

	/* Dentries and inodes that nobody uses stay until memory is wanted. */
	wait_until((ve_write(ve, "memory.reclaim", "64M"),
		    left = ve_read_ub(ve, "kmemsize").held) <= SLACK);
	ok(left <= SLACK, "held of a stopped VE: %lu", left);
	ve_teardown(ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}

#endif /* _VZ_SELFTESTS_KMEM_H */
