// SPDX-License-Identifier: GPL-2.0-or-later
/* vzmigrate --evacuate: which VEs there are, what each asks for, and where they may go. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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
	cleanup_close int fd = open(c->private, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uint64_t bytes = 0;

	if (fd >= 0)
		copy_usage(fd, &bytes);
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

/* Lines of the book: what is here is sent anew; what was suspended and has moved must go on. */
static int take_up(struct evac *x, struct vz_err *e)
{
	struct evac_book old = { 0 };
	int ret = evac_book_read(&old, e);

	for (size_t i = 0; !ret && i < old.n; i++) {
		const struct evac_line *l = &old.line[i];
		struct evac_ve *v = NULL;
		int host;

		for (size_t k = 0; k < x->n && !v; k++)
			v = x->ve[k].id == l->id ? &x->ve[k] : NULL;
		if (v || !l->resume)
			continue;
		host = evac_add_host(x, l->host, e);
		v = host < 0 ? NULL : evac_add(x, l->id, e);
		if (!v) {
			ret = e->err;
			break;
		}
		v->host = host;
		v->step = EVAC_RESUME;
		v->policy = l->policy;
		v->generation = l->generation;
		v->suspended = v->dumped = true;
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

static int away(struct evac *x, const unsigned int *ids, size_t n, struct vz_err *e)
{
	int ret = add_all(x, ids, n, e);

	if (!ret)
		ret = destinations(x, e);
	if (ret || !any_open(x))
		return ret ? ret : take_up(x, e);
	evac_ask(x, 0, ids, n);
	ret = evac_keep_answers(x, e);
	if (!ret && !x->nhosts)
		return vz_error(e, VZ_CONNECT, -EHOSTUNREACH,
				"none of the destinations can be used: all VEs stay here");
	x->nto = x->nhosts;
	qsort(x->ve, x->n, sizeof(*x->ve), by_size);
	return ret ? ret : take_up(x, e);
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
	cleanup_free unsigned int *all = NULL;
	cleanup_close int lock = -1;
	struct evac x = { .o = o };
	int ret = evac_lock(&lock, e);

	if (!ret && !n) {
		ret = vz_conf_list(&all, &n, e);
		ids = all;
	}
	if (!ret)
		ret = evac_book_read(&x.book, e);
	if (!ret)
		ret = away(&x, ids, n, e);
	if (!ret)
		ret = evac_run(&x, e);
	if (!ret)
		evac_tell_report(o->json, x.host, x.ve, x.n, o->dry_run);
	*left = failures(&x);
	evac_free(&x);
	return ret;
}
