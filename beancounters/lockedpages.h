/* SPDX-License-Identifier: GPL-2.0-only */
/* lockedpages of an address space, for who settles it. Private to beancounters/. */
#ifndef _VZ_UB_LOCKEDPAGES_H
#define _VZ_UB_LOCKEDPAGES_H

struct mm_struct;

void ub_set_locked(struct mm_struct *mm, unsigned long pages);

#endif /* _VZ_UB_LOCKEDPAGES_H */
