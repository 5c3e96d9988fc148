// SPDX-License-Identifier: GPL-2.0-or-later
/* vzmigrate --evacuate: which VEs there are, what each asks for, and where they may go. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "vzmigrate/copy_usage.h"
#include "vzmigrate/evacuate.h"
#include "vzmigrate/evacuate_ask.h"
#include "vzmigrate/evacuate_run.h"
#include "vzmigrate/evacuate_tell.h"

static void end(struct evac_ve *v, enum evac_result result, const char *why)
{
	v->step = EVAC_END;
	v->result = result;
	v->why = why ? strdup(why) : NULL;
}

static uint64_t disk_of(const struct vz_conf *c)
{
	cleanup_close int fd = -1;
	struct vz_err e = { 0 };
	uint64_t bytes = 0;

	/* Who moves it says what is wrong with it. */
	if (!vz_area_open(c, &fd, &e))
		copy_usage(fd, &bytes);
	vz_error_free(&e);
	return bytes;
}

/* What is wrong with one VE is that one's result. */
static int add_one(struct evac *x, const struct room *here, unsigned int id, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	const struct evac_line *line = evac_book_find(&x->book, id);
	const struct room_ve *r = room_find(here, id);
	struct evac_ve *v;
	struct vz_err own = { 0 };
	const char *word;

	/* What has gone is not asked to go again; take_up() sees to what it still lacks. */
	if (line && !r) {
		vz_say("CT %u: is at %s already", id, line->host);
		return 0;
	}
	v = evac_add(x, id, e);
	if (!v)
		return e->err;
	if (vz_conf_load(id, &c, &own)) {
		end(v, EVAC_FAILED, own.msg);
		vz_error_free(&own);
		return 0;
	}
	word = vz_conf_get(c, "EVACUATE");
	v->policy = evac_policy_find(word ? word : evac_policy_name(EVAC_LIVE));
	v->running = r && r->running;
	v->suspended = r && r->suspended;
	v->memory = r ? r->memory : 0;
	v->generation = (r ? r->generation : 0) + 1;
	if (v->policy == EVAC_NR_POLICIES) {
		v->policy = EVAC_STAYS;
		end(v, EVAC_FAILED, "EVACUATE wants live, suspended, stopped or stays");
		return 0;
	}
	if (v->policy == EVAC_STAYS) {
		end(v, EVAC_STAYED, NULL);
		return 0;
	}
	/* An evacuation that was killed had suspended it. */
	v->dumped = line && line->resume && v->suspended;
	if (v->running && v->policy == EVAC_SUSPENDED && !x->o->dry_run)
		v->step = EVAC_SUSPEND;
	v->disk = disk_of(c);
	return 0;
}

static int add_all(struct evac *x, const unsigned int *ids, size_t n, struct vz_err *e)
{
	struct room here;
	int ret = room_here(ids, n, &here, e);

	for (size_t i = 0; !ret && i < n; i++)
		if (ids[i])
			ret = add_one(x, &here, ids[i], e);
	room_free(&here);
	return ret;
}

static bool is_wanted(const unsigned int *ids, size_t n, unsigned int id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Somebody may have restored it there meanwhile, or destroyed it. What does not answer is tried. */
static int lacks_resume(struct evac *x, const struct evac_line *l, bool *lacks, struct vz_err *e)
{
	struct evac_line now = *l;
	struct vz_err own = { 0 };
	const struct room_ve *r;
	struct room there;
	int ret = room_ask(l->host, x->o->ssh, &l->id, 1, &there, &own);

	vz_error_free(&own);
	r = ret ? NULL : room_find(&there, l->id);
	*lacks = ret || (r && r->suspended);
	now.resume = false;
	if (ret || *lacks || x->o->dry_run)
		ret = 0;
	else
		ret = r ? evac_book_put(&x->book, &now, e) : evac_book_drop(&x->book, l->id, e);
	room_free(&there);
	return ret;
}

/* What an evacuation that was killed had suspended and moved must go on there. */
static int take_up_one(struct evac *x, const struct evac_line *l, struct vz_err *e)
{
	struct evac_ve *v;
	bool lacks;
	int ret = lacks_resume(x, l, &lacks, e), host;

	if (ret || !lacks)
		return ret;
	if (x->o->dry_run) {
		vz_say("CT %u: is at %s, to be restored", l->id, l->host);
		return 0;
	}
	host = evac_add_host(x, l->host, e);
	v = host < 0 ? NULL : evac_add(x, l->id, e);
	if (!v)
		return e->err;
	v->host = host;
	v->step = EVAC_RESUME;
	v->policy = l->policy;
	v->generation = l->generation;
	v->suspended = v->dumped = true;
	return 0;
}

/* Lines of the book. What is here is sent anew. */
static int take_up(struct evac *x, const unsigned int *ids, size_t n, bool all, struct vz_err *e)
{
	struct evac_book old = { 0 };
	int ret = evac_book_read(&old, e);

	for (size_t i = 0; !ret && i < old.n; i++) {
		const struct evac_line *l = &old.line[i];
		bool here = false;

		for (size_t k = 0; k < x->n; k++)
			here |= x->ve[k].id == l->id;
		if (!here && l->resume && (all || is_wanted(ids, n, l->id)))
			ret = take_up_one(x, l, e);
	}
	evac_book_free(&old);
	return ret;
}

/* Those that need most memory first: the small ones fit in between. */
static int by_size(const void *a, const void *b)
{
	const struct evac_ve *x = a, *y = b;

	if (x->running != y->running)
		return x->running ? -1 : 1;
	if (x->memory != y->memory)
		return x->memory > y->memory ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static int destinations(struct evac *x, struct vz_err *e)
{
	cleanup_conf struct vz_conf *global = NULL;
	const char *list = x->o->to;
	int ret = list ? 0 : vz_conf_global(&global, e);

	if (ret)
		return ret;
	if (!list)
		list = vz_conf_get(global, "EVACUATE_TO");
	if (!list || !*list)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"where to? Say it with --to HOST[,HOST...], or EVACUATE_TO in vz.conf");
	return evac_hosts(x, list, e);
}

static bool any_open(const struct evac *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->ve[i].step != EVAC_END)
			return true;
	return false;
}

static int away(struct evac *x, const unsigned int *ids, size_t n, bool all, struct vz_err *e)
{
	int ret = add_all(x, ids, n, e);

	if (!ret)
		ret = destinations(x, e);
	if (ret || !any_open(x))
		return ret ? ret : take_up(x, ids, n, all, e);
	evac_ask(x, 0, ids, n);
	ret = evac_keep_answers(x, e);
	if (!ret && !x->nhosts)
		return vz_error(e, VZ_CONNECT, -EHOSTUNREACH,
				"none of the destinations can be used: all VEs stay here");
	x->nto = x->nhosts;
	qsort(x->ve, x->n, sizeof(*x->ve), by_size);
	return ret ? ret : take_up(x, ids, n, all, e);
}

static unsigned int failures(const struct evac *x)
{
	unsigned int n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += x->ve[i].result == EVAC_FAILED || x->ve[i].result == EVAC_OPEN;
	return n;
}

int evac_away(const struct evac_opts *o, const unsigned int *ids, size_t n, unsigned int *left,
	      struct vz_err *e)
{
	cleanup_free unsigned int *list = NULL;
	cleanup_close int lock = -1;
	struct evac x = { .o = o };
	const bool all = !n;
	int ret = evac_lock(&lock, e);

	if (!ret && all) {
		ret = vz_conf_list(&list, &n, e);
		ids = list;
	}
	if (!ret)
		ret = evac_book_read(&x.book, e);
	if (!ret)
		ret = away(&x, ids, n, all, e);
	if (!ret)
		ret = evac_run(&x, e);
	if (!ret)
		evac_tell_report(o->json, x.host, x.ve, x.n, o->dry_run);
	*left = failures(&x);
	evac_free(&x);
	return ret;
}
