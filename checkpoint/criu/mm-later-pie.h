/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OPENVE_CRIU_MM_LATER_PIE_H
#define OPENVE_CRIU_MM_LATER_PIE_H

/* The half of mm-later.h that runs in the task itself; only for criu/pie. */
#include "mm-later.h"

#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif

/*
 * The kernel shows nowhere what mlockall() was told of later mappings, so one is made: advice to
 * drop it is refused when it is locked, and it has its page at once unless that waits for a fault.
 */
static inline int mm_later_lock(void)
{
	void *page = (void *)sys_mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char there = 0;
	bool locked;

	if ((unsigned long)page > (unsigned long)-4096)
		return 0;
	sys_mincore(page, PAGE_SIZE, &there);
	locked = sys_madvise((unsigned long)page, PAGE_SIZE, MADV_DONTNEED) == -EINVAL;
	sys_munmap(page, PAGE_SIZE);
	if (!locked)
		return 0;
	return there & 1 ? MCL_FUTURE : MCL_FUTURE | MCL_ONFAULT;
}

static inline void mm_later_ask(struct mm_later *later)
{
	later->lock = mm_later_lock();
	later->deny_write_exec = sys_prctl(PR_GET_MDWE, 0, 0, 0, 0);
	later->merge = sys_prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0);
}

/* Advice of a mapping that has all it will have; one that is sealed takes no more. */
static inline long mm_later_advise(unsigned long start, unsigned long len, unsigned long advice)
{
	return advice == MM_LATER_SEAL ? sys_mseal(start, len, 0) : sys_madvise(start, len, advice);
}

/* When all that is mapped is mapped, and before rights and filters are set. 0, or below. */
static inline long mm_later_set(const MmEntry *mme)
{
	long ret = 0;

	if (mme->has_lock_later && mme->lock_later)
		ret = sys_mlockall(mme->lock_later);
	if (!ret && mme->has_deny_write_exec && mme->deny_write_exec)
		ret = sys_prctl(PR_SET_MDWE, mme->deny_write_exec, 0, 0, 0);
	/* A host without it merges nothing, which no program can tell. */
	if (mme->has_merge_all && mme->merge_all)
		sys_prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0);
	if (ret)
		pr_err("Unable to set what later mappings are like: %ld\n", ret);
	return ret;
}

#endif
