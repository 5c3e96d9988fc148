/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that the limits of one VE should keep among themselves. */
#ifndef VZCTL_VALIDATE_H
#define VZCTL_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include "libvz/conf.h"

enum finding_level { FIND_ERROR, FIND_WARNING, FIND_RECOMMENDATION };

/**
 * struct finding - one rule that is not kept
 * @r: row to change
 * @to: value that keeps the rule; not set: there is none to propose
 */
struct finding {
	enum finding_level level;
	enum ub_resource r;
	struct vz_limit to;
	char text[200];
};

#define FINDINGS_MAX	64

/* Limits that are not set have set = false. */
struct limits {
	struct vz_limit ub[UB_NR_RESOURCES];
	struct vz_limit avnumproc;
};

/* A VE limited by ram and swap: auto-detection of the classic tools. */
bool limits_vswap(const struct limits *l);
/* How many processes are expected at a time. */
long limits_avnumproc(const struct limits *l);
/* What is wrong; at most FINDINGS_MAX. */
size_t limits_check(const struct limits *l, bool vswap, struct finding *out);

#endif /* VZCTL_VALIDATE_H */
