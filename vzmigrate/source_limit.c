// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The prediction is what the last moves from this host took beside the sending
 * of bytes, scaled by the number of processes, and the bytes still to be sent
 * at the speed of those that were. The first part lies in FIXED, one line, and
 * is worth no sync: without it only the second is known.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "vzmigrate/source_limit.h"
#include "vzmigrate/source_state.h"

#define FIXED		VZ_STATEDIR "/migrate/freeze.us"
/* Bytes that take less time than this say nothing of the link. */
#define LEARN_US	20000
#define LEARN_BYTES	(1U << 20)

static uint64_t processes(const struct mig_src *s)
{
	cleanup_free char *text = NULL;
	struct vz_err ignored = { 0 };
	uint64_t n = 0;

	if (!vz_cgroup_read(s->c->id, "pids.current", &text, &ignored))
		n = strtoull(text, NULL, 10);
	vz_error_free(&ignored);
	return n ? n : 1;
}

void limit_learn(struct mig_src *s, uint64_t bytes, uint64_t us)
{
	if (us < LEARN_US || bytes < LEARN_BYTES)
		return;
	s->link_bytes += bytes;
	s->link_us += us;
}

static uint64_t send_us(const struct mig_src *s, uint64_t bytes)
{
	return s->link_bytes ? (uint64_t)((double)bytes * s->link_us / s->link_bytes) : 0;
}

int limit_predict(struct mig_src *s, uint64_t bytes, struct vz_err *e)
{
	cleanup_free char *text = NULL;
	uint64_t us = 0, n = 1;

	s->processes = processes(s);
	if (!vz_read_file(FIXED, &text) && sscanf(text, "%" SCNu64 " %" SCNu64, &us, &n) == 2 && n)
		/* A part of it is for each process, a part for each VE. */
		us = us / 2 + us / 2 * s->processes / n;
	s->predicted_us = us + send_us(s, bytes);
	vz_debug("VE %u: it will stand still for some %" PRIu64 " ms", s->c->id,
		 s->predicted_us / 1000);
	if (!s->o->max_freeze_ms || s->o->force ||
	    s->predicted_us <= s->o->max_freeze_ms * 1000ULL)
		return 0;
	return vz_error(e, VZ_CHKPNT, -ETIME,
			"VE %u would stand still for some %" PRIu64
			" ms, and --max-freeze allows %u: "
			"move it when it does less, or with --force",
			s->c->id, s->predicted_us / 1000, s->o->max_freeze_ms);
}

int limit_check(struct mig_src *s, const char *step, int timeout_ms, struct vz_err *e)
{
	uint64_t now = vz_now_us(), end = s->frozen_start + s->o->max_freeze_ms * 1000ULL;

	s->w.timeout_ms = timeout_ms;
	if (s->mode != MIG_ONLINE || !s->o->max_freeze_ms || s->o->force)
		return 0;
	if (now >= end)
		return vz_error(e, VZ_CHKPNT, -ETIME,
				"VE %u stood still for %" PRIu64
				" ms (%s), and --max-freeze allows %u: "
				"move it when it does less, or with --force",
				s->c->id, (now - s->frozen_start) / 1000, step,
				s->o->max_freeze_ms);
	if ((end - now) / 1000 + 1 < (uint64_t)timeout_ms)
		s->w.timeout_ms = (end - now) / 1000 + 1;
	return 0;
}

void limit_remember(const struct mig_src *s)
{
	uint64_t bytes = send_us(s, s->image_bytes + s->last_bytes);
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 "\n",
		 s->frozen_us > bytes ? s->frozen_us - bytes : 0, s->processes);
	/* A guess for the next time: nothing depends on it. */
	if (vz_replace_file(FIXED, text, strlen(text), 0600))
		vz_debug("%s is not written", FIXED);
}
