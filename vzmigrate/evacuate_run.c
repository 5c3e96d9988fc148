// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each VE goes through its steps by itself: what fails concerns that VE alone. A destination
 * that refuses is left out for that VE, and the next one with room is tried. One process, no
 * threads; evac_lock() is held.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/log.h"
#include "vzmigrate/evacuate_child.h"
#include "vzmigrate/evacuate_run.h"
#include "vzmigrate/evacuate_tell.h"
#include "vzmigrate/exit.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/ssh.h"

#define SELF		"/proc/self/exe"
#define MIGRATE		"/usr/sbin/vzmigrate"
#define VZCTL		"/usr/sbin/vzctl"
#define STEP_US		50000
#define LOCKED_AGAIN_US	2000000
/* For a command that has the VE's lock; a migration that is under way may take its time. */
#define LOCKED_S	60
#define MOVING_S	3600

/* ---- what is run ----------------------------------------------------------------- */

struct words {
	char *argv[SSH_WORDS + 32];
	int n;
	char id[16], *ssh;
};

static void add(struct words *w, const char *word)
{
	w->argv[w->n++] = (char *)word;
	w->argv[w->n] = NULL;
}

/* On that host; NULL: here. */
static int add_host(struct words *w, const struct evac *x, const char *host, struct vz_err *e)
{
	int n;

	if (!host)
		return 0;
	w->ssh = strdup(x->o->ssh ? x->o->ssh : "");
	n = w->ssh ? ssh_words(w->argv, w->ssh, host, e)
		   : vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	w->n = n < 0 ? 0 : n;
	return n < 0 ? n : 0;
}

static void add_move(struct words *w, const struct evac *x, const struct evac_ve *v)
{
	static char freeze[64], ssh[600], nodeps[160];	/* until exec, one at a time */
	const struct evac_opts *o = x->o;

	add(w, v->from ? MIGRATE : SELF);
	if (v->running && v->policy == EVAC_LIVE)
		add(w, "--online");
	if (o->max_freeze) {
		snprintf(freeze, sizeof(freeze), "--max-freeze=%s", o->max_freeze);
		add(w, freeze);
	}
	if (o->force)
		add(w, "--force");
	if (o->nodeps) {
		snprintf(nodeps, sizeof(nodeps), "--nodeps=%s", o->nodeps);
		add(w, nodeps);
	}
	if (o->ssh && !v->from) {
		snprintf(ssh, sizeof(ssh), "--ssh=%s", o->ssh);
		add(w, ssh);
	}
	add(w, o->dry_run ? "--dry-run" : "--progress=json");
	add(w, "--");
	add(w, x->host[v->host].name);
	add(w, w->id);
}

static int words_of(struct words *w, const struct evac *x, const struct evac_ve *v,
		    struct vz_err *e)
{
	const char *there = x->back || v->host < 0 ? NULL : x->host[v->host].name;
	int ret = add_host(w, x, v->step == EVAC_RESUME ? there : v->from, e);

	if (ret)
		return ret;
	snprintf(w->id, sizeof(w->id), "%u", v->id);
	if (v->step == EVAC_MOVE) {
		add_move(w, x, v);
		return 0;
	}
	add(w, VZCTL);
	add(w, "--lock-wait");
	add(w, "60");
	add(w, v->step == EVAC_SUSPEND ? "chkpnt" : "restore");
	add(w, w->id);
	return 0;
}

/* ---- one VE ------------------------------------------------------------------------- */

static const char *host_of(const struct evac *x, const struct evac_ve *v)
{
	return v->host >= 0 ? x->host[v->host].name : "?";
}

/* Before it goes: where to, and that it is to go on there. */
static int note(struct evac *x, const struct evac_ve *v, bool resume, struct vz_err *e)
{
	struct evac_line l = { .id = v->id, .policy = v->policy, .generation = v->generation,
			       .resume = resume };

	snprintf(l.host, sizeof(l.host), "%s", x->back ? v->from : host_of(x, v));
	return evac_book_put(&x->book, &l, e);
}

static bool is_here(const struct evac_ve *v)
{
	char path[PATH_MAX];

	return !access(vz_conf_path(path, v->id), F_OK);
}

/* A migration of it from here has not come to its end. */
static bool is_open(const struct evac_ve *v, bool *alive)
{
	struct vz_err e = { 0 };
	struct journal j;
	int ret = journal_read(v->id, &j, &e);

	vz_error_free(&e);
	*alive = !ret && journal_alive(&j);
	return ret != -ENOENT;
}

static void set_why(struct evac_ve *v, char *why)
{
	free(v->why);
	v->why = why;
}

static void keep_books(struct evac *x, struct evac_ve *v)
{
	struct vz_err e = { 0 };
	bool alive;
	int ret = 0;

	if (x->o->dry_run || v->result == EVAC_STAYED)
		return;
	if (x->back) {
		/* What is not here is looked for again, unless nobody has it. */
		if (v->result == EVAC_MOVED || v->result == EVAC_GONE)
			ret = evac_book_drop(&x->book, v->id, &e);
	} else if (v->result == EVAC_MOVED) {
		ret = note(x, v, false, &e);
	} else if (is_here(v) && !is_open(v, &alive)) {
		ret = evac_book_drop(&x->book, v->id, &e);
	}
	if (ret)
		vz_warn("CT %u: %s", v->id, e.msg);
	vz_error_free(&e);
}

static void end(struct evac *x, struct evac_ve *v, enum evac_result result)
{
	v->step = EVAC_END;
	v->result = result;
	v->took_us = v->begun_us ? vz_now_us() - v->begun_us : 0;
	if (result == EVAC_MOVED)
		set_why(v, NULL);
	keep_books(x, v);
	evac_tell_end(x->o->json, v, host_of(x, v), x->o->dry_run);
}

/* It does not go. When it was suspended for that, it goes on first. */
static void give_up(struct evac *x, struct evac_ve *v)
{
	if (v->dumped && v->step != EVAC_UNDO && !x->o->dry_run)
		v->step = EVAC_UNDO;
	else
		end(x, v, EVAC_FAILED);
}

static int begin(struct evac *x, struct evac_ve *v, struct evac_child *c)
{
	struct words w = { .n = 0 };
	struct vz_err e = { 0 };
	int ret = 0;

	if (!v->begun_us) {
		v->begun_us = vz_now_us();
		evac_tell_begin(x->o->json, v, host_of(x, v));
	}
	if (!x->o->dry_run && (v->step == EVAC_SUSPEND || v->step == EVAC_MOVE))
		ret = note(x, v, v->step == EVAC_SUSPEND || v->dumped, &e);
	if (!ret)
		ret = words_of(&w, x, v, &e);
	if (!ret)
		ret = evac_child_start(c, w.argv, &e);
	free(w.ssh);
	v->busy = !ret;
	if (ret) {
		set_why(v, strdup(e.msg));
		give_up(x, v);
	}
	vz_error_free(&e);
	return ret;
}

static void succeeded(struct evac *x, struct evac_ve *v, const struct evac_child *c)
{
	v->give_up_us = 0;
	switch (v->step) {
	case EVAC_SUSPEND:
		v->dumped = true;
		v->running = false;
		v->suspended = true;
		v->step = EVAC_MOVE;
		break;
	case EVAC_MOVE:
		v->frozen_ms = evac_child_frozen(c);
		if (v->dumped && !x->o->dry_run)
			v->step = EVAC_RESUME;
		else
			end(x, v, EVAC_MOVED);
		break;
	case EVAC_UNDO:
		end(x, v, EVAC_FAILED);
		break;
	default:
		end(x, v, EVAC_MOVED);
	}
}

/* Somebody else works on it, an earlier evacuation perhaps: it may be over soon. */
static bool comes_again(struct evac_ve *v, int code)
{
	bool alive = false;
	uint64_t now = vz_now_us();

	if (code != mig_exit_code(VZ_LOCKED))
		return false;
	if (!v->from)
		is_open(v, &alive);
	if (!v->give_up_us || alive)
		v->give_up_us = now + (alive ? MOVING_S : LOCKED_S) * 1000000ULL;
	v->again_us = now + LOCKED_AGAIN_US;
	return now < v->give_up_us;
}

/* Before anything was done: another destination may take it. */
static bool refused(int code)
{
	static const enum vz_cause there[] = { VZ_CONNECT, VZ_COPY, VZ_VEEXISTS, VZ_IPUSED,
					       VZ_BADKERNEL, VZ_NOCRIU, VZ_CPU, VZ_HOSTCONF };

	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		if (code == mig_exit_code(there[i]))
			return true;
	return false;
}

static void failed(struct evac *x, struct evac_ve *v, const struct evac_child *c, int code)
{
	char *why = evac_child_why(c);
	bool alive;

	if (!why && asprintf(&why, "ended with %d", code) < 0)
		why = NULL;
	set_why(v, why);
	if (v->step == EVAC_UNDO) {
		end(x, v, EVAC_FAILED);
		return;
	}
	if (v->step == EVAC_RESUME) {
		why = NULL;
		if (asprintf(&why, "moved, but still suspended: %s", v->why ? v->why : "?") >= 0)
			set_why(v, why);
		end(x, v, EVAC_FAILED);
		return;
	}
	if (v->step != EVAC_MOVE || x->back) {
		if (v->step == EVAC_MOVE && comes_again(v, code))
			return;
		/* 255: ssh itself failed, and what it began may go on. */
		if (code == 255)
			end(x, v, EVAC_FAILED);
		else
			give_up(x, v);
		return;
	}
	/* The process that moved it before this one, of an evacuation that was killed, did it. */
	if (!is_here(v) && !is_open(v, &alive)) {
		succeeded(x, v, c);
		return;
	}
	if (comes_again(v, code))
		return;
	/* Where it is, is not decided: nothing may be done with it. */
	if (is_open(v, &alive))
		end(x, v, EVAC_FAILED);
	else if (refused(code)) {
		v->tried |= 1U << v->host;
		v->host = -1;
	} else
		give_up(x, v);
}

/* ---- all of them ---------------------------------------------------------------------- */

/* It may begin its next step now. */
static bool ready(struct evac *x, size_t i)
{
	struct evac_ve *v = &x->ve[i];
	char *why = NULL;
	int host;

	if (v->busy || v->step == EVAC_END || v->again_us > vz_now_us())
		return false;
	if (v->host >= 0 || v->step == EVAC_UNDO)
		return true;
	host = evac_choose(x->host, x->nto, x->ve, x->n, i, &why);
	if (host == EVAC_NONE) {
		/* What a host said counts for more than what is guessed of it. */
		if (!v->why)
			set_why(v, why);
		else
			free(why);
		give_up(x, v);
		return v->step == EVAC_UNDO;
	}
	free(why);
	v->host = host;
	return host >= 0;
}

static void stop(struct evac *x, struct evac_child *c, unsigned int jobs)
{
	for (size_t i = 0; i < x->n; i++) {
		struct evac_ve *v = &x->ve[i];

		if (v->busy || v->step == EVAC_END || v->step == EVAC_UNDO ||
		    v->step == EVAC_RESUME)
			continue;
		if (!v->why)
			set_why(v, strdup("interrupted"));
		give_up(x, v);
	}
	/* Those that come from elsewhere cannot be reached from here: they are waited for. */
	for (unsigned int i = 0; i < jobs; i++)
		if (c[i].pid > 0 && x->ve[c[i].ve].step == EVAC_MOVE && !x->back)
			kill(c[i].pid, SIGTERM);
}

static bool open_left(const struct evac *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->ve[i].step != EVAC_END)
			return true;
	return false;
}

static void collect(struct evac *x, struct evac_child *c)
{
	struct evac_ve *v = &x->ve[c->ve];
	int code;

	if (c->pid <= 0 || !evac_child_ended(c, &code))
		return;
	v->busy = false;
	vz_debug("CT %u: step %d ended with %d", v->id, v->step, code);
	if (code)
		failed(x, v, c, code);
	else
		succeeded(x, v, c);
	evac_child_close(c);
}

static void fill(struct evac *x, struct evac_child *c)
{
	for (size_t i = 0; i < x->n && c->pid <= 0; i++)
		if (ready(x, i)) {
			c->ve = i;
			begin(x, &x->ve[i], c);
		}
}

static void on_signal(int sig)
{
	wire_stop = sig;
}

int evac_run(struct evac *x, struct vz_err *e)
{
	const struct sigaction a = { .sa_handler = on_signal };
	const unsigned int jobs = x->o->jobs;
	cleanup_free struct evac_child *c = calloc(jobs, sizeof(*c));
	int told = 0;

	if (!c)
		return vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
	for (unsigned int i = 0; i < jobs; i++)
		c[i].out = c[i].err = -1;
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, &a, NULL);
	while (open_left(x)) {
		if (wire_stop) {
			stop(x, c, told ? 0 : jobs);
			told = 1;
		}
		for (unsigned int i = 0; i < jobs; i++) {
			collect(x, &c[i]);
			fill(x, &c[i]);
		}
		if (open_left(x))
			usleep(STEP_US);
	}
	return 0;
}

struct evac_ve *evac_add(struct evac *x, unsigned int id, struct vz_err *e)
{
	struct evac_ve *more = reallocarray(x->ve, x->n + 1, sizeof(*more));

	if (!more) {
		vz_error(e, VZ_NOMEM, -ENOMEM, "out of memory");
		return NULL;
	}
	x->ve = more;
	more[x->n] = (struct evac_ve){ .id = id, .host = -1, .step = EVAC_MOVE };
	return &more[x->n++];
}

void evac_free(struct evac *x)
{
	for (size_t i = 0; i < x->nhosts; i++) {
		free((char *)x->host[i].name);
		room_free(&x->host[i].room);
	}
	for (size_t i = 0; i < x->n; i++)
		free(x->ve[i].why);
	free(x->ve);
	evac_book_free(&x->book);
}
