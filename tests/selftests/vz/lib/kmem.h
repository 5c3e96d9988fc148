/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of kmemsize have in common: its slack, and the end of a VE. */
#ifndef _VZ_SELFTESTS_KMEM_H
#define _VZ_SELFTESTS_KMEM_H

#include "common.h"

/* What CPUs keep in stock, and caches of empty slabs. */
#define SLACK	(512UL << 10)

/* A VE that has run gives all of its kernel memory back. Return: for main(). */
int kmem_end(struct ve *ve);

#endif /* _VZ_SELFTESTS_KMEM_H */
