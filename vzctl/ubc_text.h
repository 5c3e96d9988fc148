/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of vzctl ubc and vzctl explain for rows, values and bounds. */
#ifndef VZCTL_UBC_TEXT_H
#define VZCTL_UBC_TEXT_H

#include <getopt.h>
#include <stdbool.h>
#include "include/vz/abi.h"

struct vz_err;

/* A value for people: bytes and pages as "12.3M", counts as they are, "unlimited"; raw: the row's
 * own unit. */
char *ub_value_text(enum ub_resource r, long v, bool raw, char buf[32]);
/* "bytes", "pages", "items" */
const char *ub_unit_name(enum ub_resource r);
/* What a program sees when the row refuses. */
const char *ub_symptom(enum ub_resource r);
/* "json" or "table"; VZ_BADSYNTAX. */
int parse_format(const char *word, bool *json, struct vz_err *e);
/* getopt_long() that also takes words between options: 1 with optarg set. Set optind to 0 before
 * the first. */
int next_word(int argc, char **argv, const struct option *opts, struct vz_err *e);

#endif /* VZCTL_UBC_TEXT_H */
