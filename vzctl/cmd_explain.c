// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl explain: which limit of a VE refused whom and when, what the program
 * saw, and the command that would have let it pass. Reads only; takes no lock.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/plain.h"
#include "libvz/refusal.h"
#include "libvz/state.h"
#include "libvz/ub.h"
#include "vzctl/cmd_explain.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"
#include "vzctl/ubc_advice.h"
#include "vzctl/ubc_text.h"

/**
 * struct story - all that is known of a VE's refusals
 * @record: the kernel's record, all rows, oldest first, malloc'ed
 * @kept: the kernel keeps such a record
 */
struct story {
	const struct vz_conf *c;
	struct vz_ub_row rows[UB_NR_RESOURCES];
	struct vz_refusal *record;
	size_t nr;
	bool kept;
};

/* The kernel tells nanoseconds since the host's boot. */
static char *when_text(uint64_t ns, char buf[40])
{
	struct timespec boot, now;
	struct tm tm;
	time_t t;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &now);
	t = now.tv_sec - boot.tv_sec + (time_t)(ns / 1000000000);
	strftime(buf, 40, "%F %T", localtime_r(&t, &tm));
	return buf;
}

static int gather(const struct vz_conf *c, struct story *s, struct vz_err *e)
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->c = c;
	if (!vz_ve_occupied(c->id))
		return vz_error(e, VZ_NOTRUNNING, -ESRCH,
				"Container is not running: what it was refused went with its last run");
	ret = vz_ub_read(c->id, s->rows, e);
	if (ret)
		return ret;
	ret = vz_refusals_read(c->id, &s->record, &s->nr, e);
	s->kept = !ret;
	return ret == -ENOENT ? 0 : ret;
}

/* The record's part of one row; malloc'ed, NULL when there is none. */
static struct vz_refusal *of_row(const struct story *s, enum ub_resource r, size_t *n)
{
	struct vz_refusal *list = NULL;
	size_t i;

	*n = 0;
	if (s->nr)
		list = calloc(s->nr, sizeof(*list));
	for (i = 0; list && i < s->nr; i++)
		if (s->record[i].res == r)
			list[(*n)++] = s->record[i];
	return list;
}

static void put_culprit(enum ub_resource r, const struct culprit *c)
{
	const struct vz_refusal *l = c->last;
	cleanup_free char *comm = vz_plain_copy(strcmp(l->comm, "-") ? l->comm : "(an interrupt)");
	char first[40], last[40], a[32], b[32], d[32];
	size_t i;

	printf("    %s%s%s  %zux %s", when_text(c->first->when_ns, first),
	       c->count > 1 ? " to " : "", c->count > 1 ? when_text(l->when_ns, last) : "",
	       c->count, comm ? comm : "?");
	for (i = 0; i < c->nr_pids; i++)
		printf("%s%d", i ? " " : ", pid ", c->pids[i]);
	printf("\n      wanted %s with %s held, %s %s\n", ub_value_text(r, l->wanted, false, a),
	       ub_value_text(r, l->held, false, b), l->soft ? "limit" : "barrier",
	       ub_value_text(r, l->bound, false, d));
}

static void put_row(const struct story *s, enum ub_resource r)
{
	const struct vz_ub_row *row = &s->rows[r];
	char held[32], peak[32], bar[32], lim[32];
	cleanup_free struct vz_refusal *list = NULL;
	cleanup_free struct culprit *who = NULL;
	cleanup_free char *cmd = NULL;
	struct advice a;
	size_t n, nr, i;

	list = of_row(s, r, &n);
	who = ub_culprits(list, n, r, &nr);
	ub_advise(r, row, list, n, &a);
	printf("%s refused %ld times: held %s, peak %s, barrier %s, limit %s\n", vz_ub_name(r),
	       row->failcnt, ub_value_text(r, row->held, false, held),
	       ub_value_text(r, row->maxheld, false, peak),
	       ub_value_text(r, row->barrier, false, bar),
	       ub_value_text(r, row->limit, false, lim));
	printf("  The program saw: %s.\n", ub_symptom(r));
	for (i = 0; i < nr; i++)
		put_culprit(r, &who[i]);
	if (!nr)
		printf("    Who it was is not in the kernel's record%s.\n",
		       s->kept ?
		       ", which has the last 64 refusals of all rows but the memory controller's" :
		       "");
	cmd = a.lifted ? NULL : ub_command(s->c, r, &a.to);
	if (cmd)
		printf("  To let it pass: %s\n", cmd);
	else
		printf("  The bounds set now would let it pass: nothing to do.\n");
}

static bool failed(const struct story *s, int r)
{
	return s->rows[r].live && s->rows[r].failcnt;
}

static void put_table(const struct story *s)
{
	int r, n = 0;

	if (!s->kept)
		printf("This kernel keeps no record of refusals (ve.ub.refusals): these are its counts.\n");
	for (r = 0; r < UB_NR_RESOURCES; r++) {
		if (!failed(s, r))
			continue;
		if (n++)
			printf("\n");
		put_row(s, r);
	}
	if (!n)
		printf("CT %u: no limit has refused anything.\n", s->c->id);
}

static json_t *culprit_json(const struct culprit *c)
{
	const struct vz_refusal *l = c->last;
	json_t *pids = json_array();
	char first[40], last[40];
	size_t i;

	for (i = 0; i < c->nr_pids; i++)
		json_array_append_new(pids, json_integer(c->pids[i]));
	return json_pack("{s:s,s:s,s:I,s:s,s:s,s:I,s:I,s:I,s:I,s:o}", "comm", l->comm, "severity",
			 l->soft ? "soft" : "hard", "count", (json_int_t)c->count, "first",
			 when_text(c->first->when_ns, first), "last", when_text(l->when_ns, last),
			 "wanted", (json_int_t)l->wanted, "most_wanted", (json_int_t)c->most,
			 "held", (json_int_t)l->held, "bound", (json_int_t)l->bound, "pids", pids);
}

static json_t *row_json(const struct story *s, enum ub_resource r)
{
	const struct vz_ub_row *row = &s->rows[r];
	cleanup_free struct vz_refusal *list = NULL;
	cleanup_free struct culprit *who = NULL;
	cleanup_free char *cmd = NULL;
	json_t *whom = json_array();
	struct advice a;
	size_t n, nr, i;

	list = of_row(s, r, &n);
	who = ub_culprits(list, n, r, &nr);
	ub_advise(r, row, list, n, &a);
	for (i = 0; i < nr; i++)
		json_array_append_new(whom, culprit_json(&who[i]));
	cmd = a.lifted ? NULL : ub_command(s->c, r, &a.to);
	return json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:s,s:o,s:b,s:s?}", "resource",
			 vz_ub_name(r), "unit", ub_unit_name(r), "failcnt",
			 (json_int_t)row->failcnt, "held", (json_int_t)row->held, "maxheld",
			 (json_int_t)row->maxheld, "barrier", (json_int_t)row->barrier, "limit",
			 (json_int_t)row->limit, "symptom", ub_symptom(r), "whom", whom, "lifted",
			 a.lifted, "command", cmd);
}

static void put_json(const struct story *s)
{
	json_t *rows = json_array(), *top;
	int r;

	for (r = 0; r < UB_NR_RESOURCES; r++)
		if (failed(s, r))
			json_array_append_new(rows, row_json(s, r));
	top = json_pack("{s:I,s:b,s:o}", "ctid", (json_int_t)s->c->id, "record", s->kept, "refused",
			rows);
	json_dumpf(top, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(top);
}

int cmd_explain(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option opts[] = {
		{ "format", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	bool json = false;
	struct story s;
	int c, ret = 0;

	while (!ret && (c = next_option(argc, argv, opts, VZ_BADSYNTAX, e)) != -1)
		ret = c == '?' ? e->err : parse_format(optarg, &json, e);
	if (ret)
		return ret;
	ret = no_more_words(argc, argv, e);
	if (ret)
		return ret;
	ret = gather(x->c, &s, e);
	if (!ret && json)
		put_json(&s);
	else if (!ret)
		put_table(&s);
	free(s.record);
	return ret;
}
