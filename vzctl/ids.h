/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that are about some VEs, or all when none is named. */
#ifndef VZCTL_IDS_H
#define VZCTL_IDS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

struct vz_err;

/* id is malloc'ed and the caller's; { 0 } stands for all. */
struct ids {
	unsigned int *id;
	size_t n;
};

bool ids_has(const struct ids *s, unsigned int id);
/*
 * Numbers, names and options in any order; each option goes to take, as getopt_long() returns it,
 * with optarg set.
 */
int ids_take(int argc, char **argv, const struct option *opts,
	     int (*take)(int opt, void *arg, struct vz_err *e), void *arg, struct ids *s,
	     struct vz_err *e);

#endif /* VZCTL_IDS_H */
