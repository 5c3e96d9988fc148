/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities that a VE is to do without. No state. */
#ifndef LIBVZ_CAPABILITY_H
#define LIBVZ_CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct vz_err;

/* Names without "cap_", by number; NULL at the end. */
extern const char *const vz_capability_names[];
/* One of OpenVZ's kernels, which means nothing here. */
bool vz_capability_is_old(const char *name);

/*
 * "sys_time:off net_raw:on": what is off leaves the bounding set of the calling
 * process, so that no program that it runs, nor theirs, has it. NULL: all stay.
 */
int vz_capability_drop(const char *list, struct vz_err *e);

/* The calling process goes without one that it may have: "sys_resource". */
int vz_capability_lower(const char *name, struct vz_err *e);

/* All that it may have it has: after a change of ids. 0 or negative errno. */
int vz_capability_raise(void);

/* The bounding set of a process, and the same for us: who joins a VE has what its init has. */
int vz_capability_bound(pid_t pid, uint64_t *bound, struct vz_err *e);
int vz_capability_keep(uint64_t bound, struct vz_err *e);

#endif /* LIBVZ_CAPABILITY_H */
