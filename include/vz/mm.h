/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an mm_struct remembers of its beancounter. Kept apart from the other
 * headers because <linux/mm_types.h> includes it.
 */
#ifndef _VZ_MM_H
#define _VZ_MM_H

#include <linux/types.h>

struct ve;

/**
 * struct ve_mm - privvmpages and lockedpages state of one mm
 * @ve: owner of the charge, NULL for the host; fixed for the mm's life
 * @charged: pages charged to privvmpages for this mm
 * @wanted: pages reserved by the operation in flight
 * @locked: pages charged to lockedpages for this mm
 * @moving: mremap() is between its new place and its old one
 *
 * All under the mm's mmap write lock once the mm is visible to others.
 */
struct ve_mm {
	struct ve	*ve;
	unsigned long	charged;
	unsigned long	wanted;
	unsigned long	locked;
	bool		moving;
};

#endif /* _VZ_MM_H */
