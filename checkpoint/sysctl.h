/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network sysctls of a VE. */
#ifndef CHECKPOINT_SYSCTL_H
#define CHECKPOINT_SYSCTL_H

#include <stdbool.h>
#include <sys/types.h>
#include "checkpoint/ve_state.pb-c.h"

struct vz_err;

#define CKPT_SYSCTL_MAX		8192	/* how many, and the bytes of one */
#define CKPT_SYSCTL_BYTES	4096

/* What a net namespace has that nobody has touched: before the VE is frozen, to be freed. */
int ckpt_sysctl_fresh(char **text, struct vz_err *e);
/* Those of the net namespace of process @pid that differ from @fresh, into @s. */
int ckpt_sysctl_collect(pid_t pid, const char *fresh, VeState *s, struct vz_err *e);

/*
 * Write those that differ now, as the VE's root, so within what the VE may. What cannot
 * be written is told when it is the @last time.
 */
void ckpt_sysctl_write(unsigned int id, pid_t pid, const VeState *s, bool last);
/* A path in plain components below /proc/sys/net. */
bool ckpt_sysctl_name_valid(const char *name);

#endif /* CHECKPOINT_SYSCTL_H */
