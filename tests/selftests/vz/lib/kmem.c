// SPDX-License-Identifier: GPL-2.0-only
#include "kmem.h"

int kmem_end(struct ve *ve)
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
