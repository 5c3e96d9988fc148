/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command of vzctl gets. The commands themselves are in cmd_*.h. */
#ifndef VZCTL_CTX_H
#define VZCTL_CTX_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/**
 * struct ctx - one call of vzctl
 * @id: the VE
 * @c: its configuration; NULL for commands that do without
 * @code: exit status of a command that ran in the VE (exec2)
 * @verbose, @skiplock, @lock_wait (seconds): global flags
 * @dry_run: tell what would be done, after all checks, and do nothing
 */
struct ctx {
	unsigned int id;
	struct vz_conf *c;
	int code;
	int verbose;
	bool skiplock, dry_run;
	long lock_wait;
};

/*
 * A command gets its own words: argv[0] is its name, the id is taken out.
 * Returns 0 or a negative errno with e filled.
 */
typedef int cmd_fn(struct ctx *x, int argc, char **argv, struct vz_err *e);

#endif /* VZCTL_CTX_H */
