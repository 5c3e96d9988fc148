/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vzctl set: what one setting means for others. */
#ifndef VZCTL_SET_RULES_H
#define VZCTL_SET_RULES_H

#include "vzctl/set_parse.h"

/* ram and swap and the rows after them, the two masks. was: the configuration before. */
int set_rules(struct vz_conf *c, const struct vz_conf *was, struct set_call *s, struct vz_err *e);

#endif /* VZCTL_SET_RULES_H */
