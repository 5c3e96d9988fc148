// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl ubc: the beancounters of running VEs and what failed since the last
 * look. Takes no lock: rows are read at one go, the look is replaced in one step.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/look.h"
#include "libvz/state.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/cmd_ubc.h"
#include "vzctl/ctx.h"
#include "vzctl/ubc_text.h"

enum { RELATIVE = 2, FAILED, FORMAT, CHECK, PEEK, RAW };

static const struct option options[] = {
	{ "relative", no_argument, NULL, RELATIVE },
	{ "failed", no_argument, NULL, FAILED },
	{ "format", required_argument, NULL, FORMAT },
	{ "check", no_argument, NULL, CHECK },
	{ "peek", no_argument, NULL, PEEK },
	{ "raw", no_argument, NULL, RAW },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct view - what was asked for
 * @ids: malloc'ed
 * @fresh: failures since the last looks, all VEs together
 * @json: array of VEs, NULL for a table
 */
struct view {
	bool relative, failed, check, peek, raw;
	unsigned int *ids;
	size_t nr_ids;
	long fresh;
	json_t *json;
};

static int add_id(struct view *v, const char *word, struct vz_err *e)
{
	unsigned int *p = reallocarray(v->ids, v->nr_ids + 1, sizeof(*p));

	if (!p)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "vzctl ubc");
	v->ids = p;
	return vz_conf_resolve(word, &p[v->nr_ids++], e);
}

static int parse(int argc, char **argv, struct view *v, struct vz_err *e)
{
	bool json = false;
	int c, ret = 0;

	optind = 0;
	while (!ret && (c = next_word(argc, argv, options, e)) != -1) {
		switch (c) {
		case 1: ret = add_id(v, optarg, e); break;
		case RELATIVE: v->relative = true; break;
		case FAILED: v->failed = true; break;
		case FORMAT: ret = parse_format(optarg, &json, e); break;
		case CHECK: v->check = true; break;
		case PEEK: v->peek = true; break;
		case RAW: v->raw = true; break;
		default: return e->err;
		}
	}
	while (!ret && optind < argc)
		ret = add_id(v, argv[optind++], e);
	if (json)
		v->json = json_array();
	return ret;
}

/* How much of a bound is used; -1 without one. */
static double percent(const struct vz_ub_row *row)
{
	if (row->limit == VZ_UNLIMITED || (!row->limit && !row->held))
		return -1;
	return row->limit ? 100.0 * row->held / row->limit : 100;
}

static void change_text(enum ub_resource r, long d, bool raw, char buf[40])
{
	char text[32];

	snprintf(buf, 40, "%s%s",
		 d > 0	 ? "+"
		 : d < 0 ? "-"
			 : "",
		 ub_value_text(r, labs(d), raw, text));
}

static void put_row(const struct view *v, enum ub_resource r, const struct vz_ub_row *row,
		    const struct vz_ub_row *then)
{
	char held[40], max[40], bar[32], lim[32], pc[16] = "-";

	if (v->relative) {
		change_text(r, row->held - then->held, v->raw, held);
		change_text(r, row->maxheld - then->maxheld, v->raw, max);
	} else {
		ub_value_text(r, row->held, v->raw, held);
		ub_value_text(r, row->maxheld, v->raw, max);
	}
	if (percent(row) >= 0)
		snprintf(pc, sizeof(pc), "%.1f", percent(row));
	printf("  %-12s %12s %12s %12s %12s %6s %10ld %10ld\n", vz_ub_name(r), held, max,
	       ub_value_text(r, row->barrier, v->raw, bar),
	       ub_value_text(r, row->limit, v->raw, lim), pc, row->failcnt, vz_look_new(row, then));
}

static void put_head(const struct view *v, unsigned int id, const struct vz_look *look)
{
	char when[40] = "never";
	struct tm tm;

	if (look->there)
		strftime(when, sizeof(when), "%F %T", localtime_r(&look->when, &tm));
	printf("CT %u, last look: %s\n", id, when);
	printf("  %-12s %12s %12s %12s %12s %6s %10s %10s\n", "resource",
	       v->relative ? "held +/-" : "held", v->relative ? "maxheld +/-" : "maxheld",
	       "barrier", "limit", "limit%", "failcnt", "new");
}

static json_t *row_json(const struct view *v, enum ub_resource r, const struct vz_ub_row *row,
			const struct vz_ub_row *then)
{
	json_t *o = json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I}", "resource", vz_ub_name(r),
			      "unit", ub_unit_name(r), "held", (json_int_t)row->held, "maxheld",
			      (json_int_t)row->maxheld, "barrier", (json_int_t)row->barrier,
			      "limit", (json_int_t)row->limit, "failcnt", (json_int_t)row->failcnt,
			      "new", (json_int_t)vz_look_new(row, then));

	json_object_set_new(o, "percent", percent(row) < 0 ? json_null() : json_real(percent(row)));
	if (v->relative) {
		json_object_set_new(o, "held_change", json_integer(row->held - then->held));
		json_object_set_new(o, "maxheld_change",
				    json_integer(row->maxheld - then->maxheld));
	}
	return o;
}

static void show(struct view *v, unsigned int id, const struct vz_ub_row *rows,
		 const struct vz_look *look)
{
	json_t *list = v->json ? json_array() : NULL;
	int r;

	if (!list)
		put_head(v, id, look);
	for (r = 0; r < UB_NR_RESOURCES; r++) {
		if (!rows[r].live || (v->failed && !rows[r].failcnt))
			continue;
		if (list)
			json_array_append_new(list, row_json(v, r, &rows[r], &look->rows[r]));
		else
			put_row(v, r, &rows[r], &look->rows[r]);
	}
	if (list)
		json_array_append_new(
			v->json, json_pack("{s:I,s:o,s:o}", "ctid", (json_int_t)id, "last_look",
					   look->there ? json_integer(look->when) : json_null(),
					   "resources", list));
}

static int one(struct view *v, unsigned int id, struct vz_err *e)
{
	struct vz_ub_row rows[UB_NR_RESOURCES] = { 0 };
	struct vz_look look;
	int r, ret;

	if (!vz_ve_occupied(id))
		return id ? vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container %u is not running", id) :
			    vz_error(e, VZ_BADVALUE, -EINVAL, "CT 0 is the host, which has no "
				     "limits: its counters are in /proc/bc/0/resources");
	ret = vz_ub_read(id, rows, e);
	if (ret)
		return ret;
	ret = vz_look_read(id, &look, e);
	if (ret)
		return ret;
	for (r = 0; r < UB_NR_RESOURCES; r++)
		if (rows[r].live)
			v->fresh += vz_look_new(&rows[r], &look.rows[r]);
	show(v, id, rows, &look);
	return v->peek ? 0 : vz_look_write(id, rows, e);
}

static int by_number(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

/* All that run; one that ends meanwhile is left out. */
static int everybody(struct view *v, struct vz_err *e)
{
	size_t i;
	int ret;

	v->nr_ids = vz_cgroup_ids(&v->ids);
	if (v->nr_ids)
		qsort(v->ids, v->nr_ids, sizeof(*v->ids), by_number);
	for (i = 0; i < v->nr_ids; i++) {
		ret = !vz_ve_occupied(v->ids[i]) ? 0 : one(v, v->ids[i], e);
		if (ret && vz_ve_occupied(v->ids[i]))
			return ret;
		vz_error_free(e);
	}
	return 0;
}

int cmd_ubc(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct view v = { 0 };
	size_t i;
	int ret = parse(argc, argv, &v, e);

	if (!ret && !v.nr_ids) {
		ret = everybody(&v, e);
	} else {
		for (i = 0; !ret && i < v.nr_ids; i++)
			ret = one(&v, v.ids[i], e);
	}
	if (!ret && v.json) {
		json_dumpf(v.json, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(v.json);
	free(v.ids);
	if (!ret && v.check && v.fresh)
		x->code = 1;
	return ret;
}
