/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl set: what was asked for. */
#ifndef VZCTL_SET_PARSE_H
#define VZCTL_SET_PARSE_H

#include <stdbool.h>
#include <stdint.h>

struct ctx;
struct vz_err;

enum {
	DID_IP = 1, DID_HOSTNAME = 2, DID_DNS = 4, DID_CPU = 8, DID_FEATURES = 16, DID_PATH = 32,
	DID_CPUSET = 128, DID_IO = 256,
	DID_CONFIG = 64,	/* a value that only the configuration knows */
};

/**
 * struct change - one call of set, after its words were read into the configuration
 * @did: DID_* that were touched
 * @ub: mask of beancounter rows that were touched
 * @old_ip: the addresses before, malloc'ed
 * @user: "user:password" or NULL, malloc'ed
 */
struct change {
	unsigned int did;
	uint64_t ub;
	char *old_ip;
	char *user;
};

/* Reads argv into x->c and the flags. */
struct set_flags {
	bool save, force, restart, ignore, reset_ub;
	const char *name;		/* --name */
	bool rename, remap;
};
int set_parse(struct ctx *x, int argc, char **argv, struct change *ch, struct set_flags *f,
	      struct vz_err *e);

#endif /* VZCTL_SET_PARSE_H */
