/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process of an evacuation, and what it said. Its output goes to memory, not to a pipe: it
 * goes on and comes to its end when the evacuation dies. In a process group of its own, so that
 * Ctrl-C reaches the evacuation only.
 */
#ifndef VZMIGRATE_EVACUATE_CHILD_H
#define VZMIGRATE_EVACUATE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct vz_err;

struct evac_child {
	pid_t pid;	/* 0: none */
	int out, err;
	size_t ve;
};

int evac_child_start(struct evac_child *c, char *const argv[], struct vz_err *e);
/* It has ended: its exit code, 128 and the signal when it was killed. */
bool evac_child_ended(struct evac_child *c, int *code);
/* The last line that it wrote to stderr, malloc'ed; NULL when there is none. */
char *evac_child_why(const struct evac_child *c);
/* frozen_ms of the last line of JSON on stdout, 0 when there is none. */
double evac_child_frozen(const struct evac_child *c);
void evac_child_close(struct evac_child *c);

#endif /* VZMIGRATE_EVACUATE_CHILD_H */
