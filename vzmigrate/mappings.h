/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mappings of a process, of /proc/PID/maps. Source: proc_pid_maps(5). */
#ifndef VZMIGRATE_MAPPINGS_H
#define VZMIGRATE_MAPPINGS_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct mapping - one of them
 * @start, @end: addresses
 * @perms: as "rw-s"
 * @dev, @ino: its file, 0 without one
 * @name: as the kernel shows it, "" without one; good during the call
 */
struct mapping {
	uint64_t start, end;
	char perms[5];
	dev_t dev;
	uint64_t ino;
	const char *name;
};

/*
 * Call fn for each mapping, in order of their addresses, until it fails: that is returned. A
 * process that is not there has none.
 */
int mappings_walk(int pid, int (*fn)(void *arg, const struct mapping *m), void *arg);

#endif /* VZMIGRATE_MAPPINGS_H */
