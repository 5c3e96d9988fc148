/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options' arguments into the configuration in memory. No state. */
#ifndef LIBVZ_SETTING_TAKE_H
#define LIBVZ_SETTING_TAKE_H

#include "libvz/setting.h"
#include "libvz/setting_word.h"

struct vz_err;

/* The option as it was given, with its dashes. */
const char *vz_take_name(const struct vz_take *t, char buf[VZ_TAKE_TEXT]);
/*
 * The words into t->c: the row's own way, or that of its type. An error names the option, and
 * leaves t->c half done.
 */
int vz_setting_take(struct vz_take *t, struct vz_err *e);
/* Barrier and limit into the configuration. */
int vz_setting_set_ub(struct vz_conf *c, enum ub_resource r, const struct vz_limit *l,
		      struct vz_err *e);

#endif /* LIBVZ_SETTING_TAKE_H */
