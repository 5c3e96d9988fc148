/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host needs: one row for each, with how to look and how to mend. */
#ifndef VZCTL_HOST_CHECK_H
#define VZCTL_HOST_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct vz_conf;
struct vz_err;

/**
 * struct host_finding - what a look found
 * @ok: nothing to do
 * @what: what is there, or why it is not enough; malloc'ed
 * @todo: what to do; malloc'ed, NULL when ok
 */
struct host_finding {
	bool ok;
	char *what;
	char *todo;
};

/**
 * struct host_check - one thing that a host needs
 * @name: its word
 * @needed: no VE runs without; else a host is only better with it
 * @look: sets the finding; works on any kernel; changes no file
 * @fix: mends it, or NULL where that is for the host's owner to decide
 */
struct host_check {
	const char *name;
	bool needed;
	void (*look)(const struct vz_conf *c, struct host_finding *f);
	int (*fix)(const struct vz_conf *c, struct vz_err *e);
};

/* Set the finding; what is printf's. */
void host_ok(struct host_finding *f, const char *what, ...)
	__attribute__((format(printf, 2, 3)));
void host_lacks(struct host_finding *f, const char *todo, const char *what, ...)
	__attribute__((format(printf, 3, 4)));
void host_finding_free(struct host_finding *f);

/* Run a program without a word from it: its exit status, 127 when it cannot be run, or -errno. */
int host_run(char *const argv[]);

#endif /* VZCTL_HOST_CHECK_H */
