/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl set: what was asked for. */
#ifndef VZCTL_SET_PARSE_H
#define VZCTL_SET_PARSE_H

#include <stdbool.h>
#include <stdio.h>
#include "libvz/setting_live.h"
#include "vzctl/ctx.h"

/**
 * struct set_call - one call of set, after its words were read into the configuration
 * @change: rows that were touched
 * @given: rows whose option was given: the others follow from those
 * @save, @force, @restart, @ignore, @reset_ub, @remap, @sample: options of the call
 * @rename, @name: --name
 * @user: "user:password" or NULL, malloc'ed
 */
struct set_call {
	struct vz_change change;
	bool given[VZ_NR_SETTINGS];
	bool save, force, restart, ignore, reset_ub, remap, sample, rename;
	const char *name;
	char *user;
};

/* Reads argv into x->c and s. set_rules() is next. */
int set_parse(struct ctx *x, int argc, char **argv, struct set_call *s, struct vz_err *e);
void set_call_free(struct set_call *s);

/* A row of the table is touched, and an error (code 20) is due when it needs --save. */
bool set_touched(const struct set_call *s, unsigned int flags);

/* Options of the call itself and of all settings, for --help. */
void set_help(FILE *out);

#endif /* VZCTL_SET_PARSE_H */
