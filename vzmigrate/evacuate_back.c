// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzmigrate --return: the VEs of the book come back, by vzmigrate on the host that has each. It
 * is that VE when its generation is no older than the one it got when it went.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "vzmigrate/evacuate_ask.h"
#include "vzmigrate/evacuate_back.h"
#include "vzmigrate/evacuate_run.h"
#include "vzmigrate/evacuate_tell.h"

static bool is_wanted(const unsigned int *ids, size_t n, unsigned int id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return !n;
}

/* host[0]: this one, as the others call it. */
static int this_host(struct evac *x, const unsigned int *ids, size_t n, struct vz_err *e)
{
	struct utsname u;
	int ret;

	if (uname(&u))
		return vz_error_sys(e, VZ_SYSTEM, -errno, "uname");
	ret = evac_add_host(x, x->o->as ? x->o->as : u.nodename, e);
	x->nto = 1;
	return ret < 0 ? ret : room_here(ids, n, &x->host[0].room, e);
}

/* It is here: back already, or it never went. Suspended for the way, it goes on now. */
static int take_here(struct evac *x, const struct evac_line *l, const struct room_ve *r,
		     struct vz_err *e)
{
	struct vz_err own = { 0 };
	struct journal j;
	struct evac_ve *v;
	int moving = journal_read(l->id, &j, &own);

	vz_error_free(&own);
	if (moving == -ENOENT && (!l->resume || !r->suspended))
		return x->o->dry_run ? 0 : evac_book_drop(&x->book, l->id, e);
	v = evac_add(x, l->id, e);
	if (!v)
		return e->err;
	if (moving != -ENOENT) {
		v->step = EVAC_END;
		v->result = EVAC_FAILED;
		if (asprintf(&v->why, "a migration of it has not ended: see vzmigrate --status %u",
			     l->id) < 0)
			v->why = NULL;
		return 0;
	}
	v->host = 0;
	v->step = x->o->dry_run ? EVAC_END : EVAC_RESUME;
	v->result = x->o->dry_run ? EVAC_MOVED : EVAC_OPEN;
	v->policy = l->policy;
	v->generation = l->generation;
	v->suspended = v->dumped = true;
	return 0;
}

static const struct evac_host *holder(const struct evac *x, const struct evac_line *l,
				      const struct room_ve **found)
{
	const struct evac_host *best = NULL;

	for (size_t i = 1; i < x->nhosts; i++) {
		const struct evac_host *h = &x->host[i];
		const struct room_ve *r = room_find(&h->room, l->id);

		if (!r || r->generation < l->generation)
			continue;
		/* Where it was sent to is the first to have it. */
		if (!best || !strcmp(h->name, l->host)) {
			best = h;
			*found = r;
		}
	}
	return best;
}

static int none_has_it(struct evac *x, struct evac_ve *v, const struct evac_line *l)
{
	const char *silent = NULL;

	v->step = EVAC_END;
	for (size_t i = 1; i < x->nhosts && !silent; i++)
		if (!*x->host[i].room.host)
			silent = x->host[i].name;
	v->result = silent ? EVAC_FAILED : EVAC_GONE;
	if (asprintf(&v->why, silent ? "%s does not answer, and no other host has it" :
				       "%s no longer has it: destroyed, or moved on to a host that "
				       "--to does not name", silent ? silent : l->host) < 0)
		v->why = NULL;
	return 0;
}

static int take_there(struct evac *x, const struct evac_line *l, struct vz_err *e)
{
	const struct room_ve *r = NULL;
	const struct evac_host *h = holder(x, l, &r);
	struct evac_ve *v = evac_add(x, l->id, e);

	if (!v)
		return e->err;
	v->policy = l->policy;
	v->generation = l->generation;
	if (!h) {
		none_has_it(x, v, l);
		if (v->result == EVAC_GONE && !x->o->dry_run)
			return evac_book_drop(&x->book, l->id, e);
		return 0;
	}
	v->from = h->name;
	v->running = r->running;
	v->suspended = r->suspended;
	v->memory = r->memory;
	v->dumped = l->resume && r->suspended;
	if (v->running && v->policy == EVAC_SUSPENDED && !x->o->dry_run)
		v->step = EVAC_SUSPEND;
	return 0;
}

static int back(struct evac *x, const unsigned int *wanted, size_t n, struct vz_err *e)
{
	cleanup_free unsigned int *ids = calloc(x->book.n + 1, sizeof(*ids));
	cleanup_free struct evac_line *line = calloc(x->book.n + 1, sizeof(*line));
	size_t nr = 0;
	int ret;

	if (!ids || !line)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (size_t i = 0; i < x->book.n; i++)
		if (is_wanted(wanted, n, x->book.line[i].id)) {
			line[nr] = x->book.line[i];
			ids[nr++] = x->book.line[i].id;
		}
	ret = this_host(x, ids, nr, e);
	for (size_t i = 0; ret >= 0 && i < nr; i++)
		ret = evac_add_host(x, line[i].host, e);
	if (ret >= 0 && x->o->to)
		ret = evac_hosts(x, x->o->to, e);
	if (ret < 0)
		return ret;
	evac_ask(x, 1, ids, nr);
	for (size_t i = 0, err = 0; !err && i < nr; i++) {
		const struct room_ve *r = room_find(&x->host[0].room, ids[i]);

		ret = r ? take_here(x, &line[i], r, e) : take_there(x, &line[i], e);
		err = ret;
	}
	return ret < 0 ? ret : 0;
}

int evac_back(const struct evac_opts *o, const unsigned int *ids, size_t n, unsigned int *left,
	      struct vz_err *e)
{
	cleanup_close int lock = -1;
	struct evac x = { .o = o, .back = true };
	int ret = evac_lock(&lock, e);

	if (!ret)
		ret = evac_book_read(&x.book, e);
	if (!ret)
		ret = back(&x, ids, n, e);
	if (!ret)
		ret = evac_run(&x, e);
	if (!ret)
		evac_tell_report(o->json, x.host, x.ve, x.n, o->dry_run);
	*left = 0;
	for (size_t i = 0; i < x.n; i++)
		*left += x.ve[i].result == EVAC_FAILED || x.ve[i].result == EVAC_OPEN;
	evac_free(&x);
	return ret;
}
