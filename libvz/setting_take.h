/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options' arguments into the configuration in memory. No state. */
#ifndef LIBVZ_SETTING_TAKE_H
#define LIBVZ_SETTING_TAKE_H

#include "libvz/setting.h"

struct vz_err;

/* Options that stand for one row: as many long ones, and its letter. */
#define VZ_TAKE_LONG	3
#define VZ_TAKE_LETTER	VZ_TAKE_LONG
#define VZ_TAKE_NAMES	(VZ_TAKE_LONG + 1)
#define VZ_TAKE_TEXT	40

/**
 * struct vz_take - one option on its way into a configuration
 * @s: the row
 * @c: configuration that it changes
 * @arg: argument as given
 * @nr: how many times this option was taken before in this call
 * @by: which of the row's options was given: its long one of that number, or VZ_TAKE_LETTER
 */
struct vz_take {
	const struct vz_setting *s;
	struct vz_conf *c;
	const char *arg;
	unsigned int nr, by;
};

/* The option as it was given, with its dashes. */
const char *vz_take_name(const struct vz_take *t, char buf[VZ_TAKE_TEXT]);
/* An option's argument into t->c: the row's own way, or that of its type. An error names it. */
int vz_setting_take(const struct vz_take *t, struct vz_err *e);
/* Barrier and limit into the configuration. */
int vz_setting_set_ub(struct vz_conf *c, enum ub_resource r, const struct vz_limit *l,
		      struct vz_err *e);

#endif /* LIBVZ_SETTING_TAKE_H */
