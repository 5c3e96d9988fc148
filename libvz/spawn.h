/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that cross into a VE. */
#ifndef LIBVZ_SPAWN_H
#define LIBVZ_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>
#include "libvz/conf.h"

/* Environment of every process that the tools start in a VE; NULL at its end. */
extern char *const vz_ve_env[];

/**
 * struct vz_spawn - one process inside a running VE
 * @argv: tried in turn until one can be executed; at most 4, NULL ends
 * @env: its environment
 * @fd: its stdin, stdout, stderr; ignored with @tty
 * @tty: a pseudo terminal made inside the VE is all three
 * @master: with @tty, our end of it
 * @timeout_ms: until the program runs; 0 is a minute. The VE's root may have
 *	stopped, frozen or slowed down all that joins its init.
 */
struct vz_spawn {
	char *const *argv[5];
	char *const *env;
	int fd[3];
	bool tty;
	int master;
	int timeout_ms;
};

/*
 * Start it: in the cgroup of the VE's init, in all its namespaces, as its
 * root, at /. The process becomes our child. 31 when the VE does not run,
 * -ETIMEDOUT when nothing ran in time.
 */
int vz_ve_spawn(unsigned int id, struct vz_spawn *s, pid_t *pid, struct vz_err *e);

#endif /* LIBVZ_SPAWN_H */
