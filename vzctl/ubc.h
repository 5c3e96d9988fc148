/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vzctl ubc and vzctl explain share: words for rows, values and bounds. */
#ifndef VZCTL_UBC_H
#define VZCTL_UBC_H

#include "libvz/ub.h"
#include "vzctl/vzctl.h"

/* A value for people: bytes and pages as "12.3M", counts as they are, "unlimited"; raw: the row's own unit. */
char *ub_value_text(enum ub_resource r, long v, bool raw, char buf[32]);
/* "bytes", "pages", "items" */
const char *ub_unit_name(enum ub_resource r);
/* What a program sees when the row refuses. */
const char *ub_symptom(enum ub_resource r);
/* "json" or "table"; exit 20. */
int parse_format(const char *word, bool *json, struct vz_err *e);
/* getopt_long() that also takes words between options: 1 with optarg set. Set optind to 0 before the first. */
int next_word(int argc, char **argv, const struct option *opts, struct vz_err *e);

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

/* Groups in order of their last refusal, latest first; malloc'ed, NULL without memory or refusals. */
struct culprit *ub_culprits(const struct vz_refusal *list, size_t n, enum ub_resource r, size_t *nr);

#endif /* VZCTL_UBC_H */
