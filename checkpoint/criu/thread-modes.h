/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modes of a thread that prctl(2) and arch_prctl(2) set, each a number that they also tell: in the
 * code that runs in the tasks, and in CRIU. Source: the man pages; linux/prctl.h, asm/prctl.h.
 */
#ifndef __CR_THREAD_MODES_H__
#define __CR_THREAD_MODES_H__

#include "images/core.pb-c.h"

enum thread_mode {
	MODE_TSC,	   /* whether reading the time stamp counter is allowed; put last */
	MODE_MCE,	   /* when it is killed for memory that is broken */
	MODE_SPEC_STORE,   /* speculation of the processor, in three ways */
	MODE_SPEC_BRANCH,
	MODE_SPEC_FLUSH,
	MODE_CPUID,	   /* whether the instruction is allowed */
	THREAD_MODES
};

/* -1 in place of what there is none of here. -1: no memory. */
extern int dump_thread_modes(const int *modes, ThreadCoreEntry *tc);
extern void read_thread_modes(int *modes, const ThreadCoreEntry *tc);

#endif
