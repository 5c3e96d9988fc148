/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an evacuation tells: a line when a VE goes and one when it has a result, and the report. */
#ifndef VZMIGRATE_EVACUATE_TELL_H
#define VZMIGRATE_EVACUATE_TELL_H

#include <stdbool.h>
#include <stdio.h>
#include "vzmigrate/evacuate_plan.h"

/* How it goes: a word of EVACUATE, "cold" for one that is down, "dump" for one suspended. */
const char *evac_how(const struct evac_ve *v);
/* json: where a line of JSON goes; NULL: to people. */
void evac_tell_begin(FILE *json, const struct evac_ve *v, const char *host);
void evac_tell_end(FILE *json, const struct evac_ve *v, const char *host, bool dry_run);
void evac_tell_report(FILE *json, const struct evac_host *hosts, const struct evac_ve *ve, size_t n,
		      bool dry_run);

#endif /* VZMIGRATE_EVACUATE_TELL_H */
