/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stopped VE leaves behind in the kernel, and until when. */
#ifndef _VZ_SELFTESTS_FREED_H
#define _VZ_SELFTESTS_FREED_H


/*
 * Each CPU keeps pages, and bytes of kernel memory, in stock for the cgroup that
 * used them last, and with them that cgroup; giving up its bytes makes its pages
 * the stock. Let another cgroup use both on every CPU. The kernel also frees a
 * net namespace only when the next one has gone: make one.
 */
void flush_stocks(void);

/*
 * Wait until the kernel has freed every removed cgroup, emptying caches on the
 * way. Return: how many of this test it still keeps; more than 0 means that
 * something holds a reference for ever.
 */
int ve_wait_freed(void);

#endif /* _VZ_SELFTESTS_FREED_H */
