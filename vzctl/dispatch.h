/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call of vzctl: global flags, the command, what it needs before it runs, the exit code. */
#ifndef VZCTL_DISPATCH_H
#define VZCTL_DISPATCH_H

#include <stddef.h>
#include "vzctl/ctx.h"
#include <stdio.h>

enum {
	CMD_LOCK = 1,		/* takes the VE's lock */
	CMD_CONF = 2,		/* <id>.conf must exist */
	CMD_KERNEL = 4,		/* our kernel must run */
	CMD_SEAL = 8,		/* makes processes inside a VE */
	CMD_HOST_OK = 16,	/* id 0 is allowed */
	CMD_IDS = 32,		/* takes any number of ids itself */
	CMD_FORCE = 64,		/* --force: goes without our kernel */
	CMD_DRY = 128,		/* --dry-run: tells what it would do */
	CMD_ALL = 256,		/* with --all it is the command of that name */
	CMD_SAVES = 512,	/* writes a configuration, at its end: first it must be possible */
	CMD_FREES = 1024,	/* only takes configurations away, a full disk is no hindrance */
};

/**
 * struct cmd - a command
 * @name: its word
 * @fn: does it
 * @flags: CMD_*
 * @usage: its words behind the id; NULL for another name of a command
 */
struct cmd {
	const char *name;
	cmd_fn *fn;
	unsigned int flags;
	const char *usage;
};

/**
 * struct dispatch - a program of commands
 * @cmds, @n: them
 * @help: writes the end of --help; NULL: nothing
 * @settle: what is done with the VE's lock before a command that takes it (settle.h)
 */
struct dispatch {
	const struct cmd *cmds;
	size_t n;
	void (*help)(FILE *out);
	int (*settle)(unsigned int id, const struct vz_conf *usual, struct vz_err *e);
};

/* Runs one of them. Prints the error, if any; returns what main returns. */
int dispatch_command(const struct dispatch *d, int argc, char **argv);

#define VZCTL_VERSION	"5.0"

#endif /* VZCTL_DISPATCH_H */
