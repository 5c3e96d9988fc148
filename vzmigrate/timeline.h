/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the time of a freeze goes: the marks of both sides on the source's
 * clock. What the destination says is counted from the frame that it answers,
 * so no two clocks are compared; the way there is in the step before.
 */
#ifndef VZMIGRATE_TIMELINE_H
#define VZMIGRATE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>
#include "vzmigrate/wire.pb-c.h"

#define TIMELINE_MAX	256
#define TIMELINE_TEXT	64

struct timeline_step {
	char what[TIMELINE_TEXT];
	bool there;		/* at the destination */
	uint64_t at_us, us;
};

/* @n: steps so far, in order of their begin once timeline_close() was called */
struct timeline {
	struct timeline_step step[TIMELINE_MAX];
	unsigned int n;
	uint64_t start_us, end_us;
};

/* The destination's marks up to now into a message; freed by timeline_pack_free(). */
int timeline_pack(Wire__Figures *m, uint64_t since_us);
void timeline_pack_free(Wire__Figures *m);

/* What an answer says about the time since asked_us, when its question was sent. */
void timeline_there(struct timeline *t, const Wire__Figures *m, uint64_t asked_us);
/* The own marks from start_us to end_us are added, all are put in order. */
void timeline_close(struct timeline *t, uint64_t start_us, uint64_t end_us);
void timeline_say(const struct timeline *t);

#endif /* VZMIGRATE_TIMELINE_H */
