/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has happened to VEs between two looks. No state. */
#ifndef VZCTL_LOOK_DIFF_H
#define VZCTL_LOOK_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>
#include "include/vz/abi.h"

/**
 * struct seen - one VE at one look
 * @conf, @inode, @changed: its configuration is there, which file, and since when
 * @cgroup: it has one
 * @exit: how its last run ended, when it has just ended
 */
struct seen {
	unsigned int id;
	bool conf, cgroup, frozen;
	ino_t inode;
	struct timespec changed;
	enum ve_state state;
	char exit[16];
};

/* Both lists sorted by id. exit is NULL but for "stopped". */
void look_diff(const struct seen *before, size_t nr_before, const struct seen *now, size_t nr_now,
	       void (*tell)(void *arg, unsigned int id, const char *event, const char *exit),
	       void *arg);

#endif /* VZCTL_LOOK_DIFF_H */
