/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OPENVE_CRIU_MM_LATER_H
#define OPENVE_CRIU_MM_LATER_H

#include <stdbool.h>
#include <sys/types.h>
#include "images/mm.pb-c.h"

/* Beside the numbers that madvise() takes: sealed, which mseal() makes. In images. */
#define MM_LATER_SEAL 63

/*
 * What a task has said of memory that it will map: mlockall(MCL_FUTURE), no memory that may be
 * written and executed (PR_SET_MDWE), all of it may be merged (PR_SET_MEMORY_MERGE); and which
 * of its mappings go into a core (/proc/PID/coredump_filter).
 *
 * Source: mlockall(2), prctl(2), core(5).
 */
struct mm_later {
	int lock;		/* MCL_FUTURE | MCL_ONFAULT, as mlockall() takes them, or 0 */
	int deny_write_exec;	/* as PR_GET_MDWE returns it; below 0 when the kernel knows none */
	int merge;		/* as PR_GET_MEMORY_MERGE */
};

/* Puts it and the filter of this task into its image. */
extern void mm_later_dump(pid_t pid, const struct mm_later *later, MmEntry *mme);
/* Sets the caller's filter, which its children have till they set their own. 0, or -1. */
extern int mm_later_restore_filter(const MmEntry *mme);

#endif
