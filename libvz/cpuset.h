/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of CPUs and memory nodes: "0-3,5". */
#ifndef LIBVZ_CPUSET_H
#define LIBVZ_CPUSET_H

#include <stdbool.h>
#include "libvz/conf.h"

/* Numbers and ranges that go up, comma between them. */
bool vz_cpulist_valid(const char *s);
/* Both valid, and each number of list is in all. */
bool vz_cpulist_within(const char *list, const char *all);
/* CPUMASK and NODEMASK to cpuset.cpus and cpuset.mems; unset and "all" lift them. */
int vz_apply_cpuset(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_CPUSET_H */
