/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network sysctls of a VE and of the net namespaces inside of it. */
#ifndef CHECKPOINT_SYSCTL_NESTED_H
#define CHECKPOINT_SYSCTL_NESTED_H

#include <sys/types.h>
#include "checkpoint/ve_state.pb-c.h"

struct vz_err;

/* Those of VE @s, of whose init @pid is, and of the namespaces inside of it, into @s. */
int ckpt_sysctl_collect(pid_t pid, const char *fresh, VeState *s, struct vz_err *e);
/* All of VE @s, when its processes are there. */
void ckpt_sysctl_write_all(pid_t pid, const VeState *s);

#endif /* CHECKPOINT_SYSCTL_NESTED_H */
