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
#define CKPT_NETNS_MAX		256	/* namespaces inside of a VE that are looked at */

/* What a net namespace has that nobody has touched: before the VE is frozen, to be freed. */
int ckpt_sysctl_fresh(char **text, struct vz_err *e);
/* Those of the net namespace of process @pid that differ from @fresh, behind a list. */
int ckpt_sysctl_list(pid_t pid, const char *fresh, VeSysctl ***list, size_t *n,
		     struct vz_err *e);

/*
 * Write those that differ now, as the VE's root, so within what the VE may. What cannot
 * be written is told when it is the @last time.
 */
void ckpt_sysctl_write(unsigned int id, pid_t pid, VeSysctl **list, size_t n, bool last);
/* A path in plain components below /proc/sys/net. */
bool ckpt_sysctl_name_valid(const char *name);

#endif /* CHECKPOINT_SYSCTL_H */
