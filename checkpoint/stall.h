/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a run of CRIU stands still. */
#ifndef CHECKPOINT_STALL_H
#define CHECKPOINT_STALL_H

#include <sys/types.h>

/*
 * Says in one line what CRIU's log ends with, and in which function of the kernel each
 * process below pid waits; malloc'ed, NULL when memory is short. work is the folder of the log.
 */
char *ckpt_stall(pid_t pid, int work, const char *log);

#endif /* CHECKPOINT_STALL_H */
