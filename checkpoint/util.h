/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things of checkpoint/. */
#ifndef CHECKPOINT_UTIL_H
#define CHECKPOINT_UTIL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct vz_err;

/* All tasks of the VE stand still. _wait: -ETIMEDOUT; thaws nothing. */
bool ckpt_frozen(unsigned int id);
int ckpt_wait_frozen(unsigned int id, int timeout_ms, struct vz_err *e);

/* Signals that would end the tool in the middle are kept waiting. */
void ckpt_signals_hold(sigset_t *old);
void ckpt_signals_release(const sigset_t *old);
/* Of all files that a dump writes: a store of pages beside them (PAGE_STORE_FILE) is none. */
uint64_t ckpt_dir_bytes(int dirfd);

#endif /* CHECKPOINT_UTIL_H */
