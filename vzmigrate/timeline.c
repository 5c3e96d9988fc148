// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps are the owner's, one migration's; nothing here is allocated but for a message. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/clock.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "vzmigrate/timeline.h"

/* ---- at the destination -------------------------------------------------------- */

int timeline_pack(Wire__Figures *m, uint64_t since_us)
{
	size_t n;
	const struct vz_mark *mark = vz_marks(&n);

	m->mark = calloc(n + 1, sizeof(*m->mark));
	if (!m->mark)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		Wire__Mark *one;

		if (mark[i].at_us < since_us)
			continue;
		one = malloc(sizeof(*one));
		if (!one)
			return -ENOMEM;
		wire__mark__init(one);
		one->what = (char *)mark[i].what;
		one->at_us = mark[i].at_us - since_us;
		m->mark[m->n_mark++] = one;
	}
	return 0;
}

void timeline_pack_free(Wire__Figures *m)
{
	for (size_t i = 0; i < m->n_mark; i++)
		free(m->mark[i]);
	free(m->mark);
	m->mark = NULL;
	m->n_mark = 0;
}

/* ---- at the source ------------------------------------------------------------- */

static void add(struct timeline *t, const char *what, bool there, uint64_t at_us, uint64_t end_us)
{
	struct timeline_step *s;

	if (t->n == TIMELINE_MAX || end_us < at_us)
		return;
	s = &t->step[t->n++];
	snprintf(s->what, sizeof(s->what), "%s", what);
	/* A peer's word goes to terminals and pages. */
	for (char *p = s->what; *p; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
	s->there = there;
	s->at_us = at_us;
	s->us = end_us - at_us;
}

void timeline_there(struct timeline *t, const Wire__Figures *m, uint64_t asked_us)
{
	const uint64_t now = vz_now_us();
	uint64_t all = now - asked_us, last = m->n_mark ? m->mark[m->n_mark - 1]->at_us : 0;
	/* Its clock may go faster than ours: it has no business outside of what was asked about. */
	double scale = last > all ? (double)all / last : 1;

	for (size_t i = 0; i < m->n_mark; i++) {
		uint64_t at = m->mark[i]->at_us * scale;
		uint64_t end = i + 1 < m->n_mark ? m->mark[i + 1]->at_us * scale : all;

		add(t, m->mark[i]->what, true, asked_us + at, asked_us + end);
	}
}

static int by_time(const void *x, const void *y)
{
	const struct timeline_step *a = x, *b = y;

	return a->at_us < b->at_us ? -1 : a->at_us > b->at_us;
}

void timeline_close(struct timeline *t, uint64_t start_us, uint64_t end_us)
{
	size_t n;
	const struct vz_mark *mark = vz_marks(&n);

	t->start_us = start_us;
	t->end_us = end_us;
	for (size_t i = 0; i < n; i++) {
		uint64_t end = i + 1 < n ? mark[i + 1].at_us : end_us;

		if (mark[i].at_us >= start_us && mark[i].at_us < end_us)
			add(t, mark[i].what, false, mark[i].at_us, end < end_us ? end : end_us);
	}
	qsort(t->step, t->n, sizeof(t->step[0]), by_time);
}

void timeline_say(const struct timeline *t)
{
	for (unsigned int i = 0; i < t->n; i++) {
		const struct timeline_step *s = &t->step[i];

		vz_say("  %9.3f s %9.3f s  %s%s", (s->at_us - t->start_us) / 1e6, s->us / 1e6,
		       s->there ? "  there: " : "", s->what);
	}
}
