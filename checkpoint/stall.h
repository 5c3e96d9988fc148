/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a run of CRIU stands still. */
#ifndef CHECKPOINT_STALL_H
#define CHECKPOINT_STALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Says in one line what CRIU's log ends with, and in which function of the kernel each
 * process below pid waits, the first of many; malloc'ed, NULL when memory is short. work is the
 * folder of the log.
 */
char *ckpt_stall(pid_t pid, int work, const char *log);

/*
 * Waits until fd can be read. false: moved(arg), which is a count of what has been done, was
 * the same at looks looks of look_ms each.
 */
bool ckpt_wait_moving(int fd, int look_ms, int looks, uint64_t (*moved)(void *arg), void *arg);

#endif /* CHECKPOINT_STALL_H */
