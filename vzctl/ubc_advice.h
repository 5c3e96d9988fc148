/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vzctl explain and vzctl ubc say about refusals: who, and which bounds would have done. */
#ifndef VZCTL_UBC_ADVICE_H
#define VZCTL_UBC_ADVICE_H

#include <stdbool.h>
#include <stddef.h>
#include "include/vz/abi.h"
#include "libvz/conf.h"

struct vz_refusal;
struct vz_ub_row;

/**
 * struct advice - bounds that would have let pass what was refused
 * @lifted: those that are set now would
 * @to: else these
 */
struct advice {
	bool lifted;
	struct vz_limit to;
};

/* list: refusals of this row, n may be 0. */
void ub_advise(enum ub_resource r, const struct vz_ub_row *row, const struct vz_refusal *list,
	       size_t n, struct advice *a);
/* The command that sets it; malloc'ed. c tells whether the VE is one of ram and swap. */
char *ub_command(const struct vz_conf *c, enum ub_resource r, const struct vz_limit *to);

/* Refusals of one row, severity and program. */
struct culprit {
	const struct vz_refusal *first, *last;
	size_t count;
	long most;		/* largest that was wanted */
	int pids[4];
	size_t nr_pids;
};

/* Groups in order of their last refusal, latest first; malloc'ed, NULL without memory or refusals.
 */
struct culprit *ub_culprits(const struct vz_refusal *list, size_t n, enum ub_resource r,
			    size_t *nr);

#endif /* VZCTL_UBC_ADVICE_H */
