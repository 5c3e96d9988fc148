/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What VEs use of their host and what they were promised: the sums of vzmemcheck, vzcalc and
 * vzsplit. */
#ifndef VZCTL_USAGE_H
#define VZCTL_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include "libvz/ub.h"

/* The host's own, in bytes; how many tasks it can have. */
struct host {
	double ram, swap;
	double tasks;
};

/* Kinds of memory. Low memory is what the kernel itself takes; on 64 bits all RAM can be that. */
enum pool { LOWMEM, RAM, MEMSWAP, ALLOC, NR_POOLS };

/**
 * struct share - of one kind, in bytes
 * @now: used, 0 for a VE that does not run
 * @promised: what was guaranteed or must be reckoned with
 * @max: what it may take at most
 */
struct share {
	double now, promised, max;
};

struct usage {
	struct share of[NR_POOLS];
};

/* Text of /proc/meminfo; false: no MemTotal in it. */
bool host_parse(const char *meminfo, struct host *h);
int host_read(struct host *h, struct vz_err *e);
/* How much of a pool the host has. */
double host_pool(const struct host *h, enum pool p);

/*
 * Sums of one VE. A sum with an unlimited part counts as all that the VE can
 * get: its RAM (and swap), or the host's when those are unlimited too.
 */
void usage_of(const struct vz_ub_row rows[UB_NR_RESOURCES], const struct host *h, struct usage *u);
void usage_add(struct usage *sum, const struct usage *u);

/* Rows of a VE: the kernel's when it runs, else those of its configuration. */
int usage_rows(unsigned int id, struct vz_ub_row rows[UB_NR_RESOURCES], bool *running,
	       struct vz_err *e);
/* BogoMIPS of all processors of a text of /proc/cpuinfo. */
double cpu_bogomips(const char *cpuinfo);

#endif /* VZCTL_USAGE_H */
