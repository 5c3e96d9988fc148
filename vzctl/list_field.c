// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of vzlist: header, width, text, JSON, order. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/plain.h"
#include "libvz/ub.h"
#include "libvz/setting.h"
#include "libvz/value.h"
#include "vzctl/list_field.h"
#include "vzctl/list_load.h"

/* Fields that are no settings: what a VE is and does just now. */
enum kind { K_SETTING, K_ID, K_NAME, K_IP, K_STATUS, K_LOAD, K_UPTIME, K_LAYOUT, K_VSWAP };

struct field {
	const char *name, *header;
	int width;		/* negative: left */
	enum kind kind;
	const struct vz_setting *s;
};

static const struct field own[] = {
	{ "ctid", "CTID", 10, K_ID, NULL },
	{ "veid", "CTID", 10, K_ID, NULL },
	{ "vpsid", "CTID", 10, K_ID, NULL },
	{ "smart_name", "SMARTNAME", 10, K_NAME, NULL },
	{ "status", "STATUS", -9, K_STATUS, NULL },
	{ "ip", "IP_ADDR", -15, K_IP, NULL },
	{ "laverage", "LAVERAGE", 14, K_LOAD, NULL },
	{ "uptime", "UPTIME", 15, K_UPTIME, NULL },
	{ "layout", "LAYOUT", 6, K_LAYOUT, NULL },
	{ "vswap", "VSWAP", 5, K_VSWAP, NULL },
};

#define NR_OWN	(sizeof(own) / sizeof(own[0]))

/* Ours, and then those of the table of settings. Made at the first use. */
static struct field fields[NR_OWN + VZ_NR_SETTINGS];
static size_t nr_fields;

static void make_fields(void)
{
	if (nr_fields)
		return;
	memcpy(fields, own, sizeof(own));
	nr_fields = NR_OWN;
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *s = &vz_settings[row];

		if (s->field)
			fields[nr_fields++] =
				(struct field){ s->field, s->head, s->width, K_SETTING, s };
	}
}

size_t list_nr_fields(void)
{
	make_fields();
	return nr_fields;
}

const char *list_field_name(int field)
{
	return fields[field].name;
}

int list_width(int field)
{
	return fields[field].width;
}

const char *list_header(const struct list_col *col, char *buf)
{
	if (col->suffix)
		snprintf(buf, 64, "%s.%c", fields[col->field].header, col->suffix - 'a' + 'A');
	else
		snprintf(buf, 64, "%s", fields[col->field].header);
	return buf;
}

/* Which numbers a field has besides the first. */
static const char *suffixes(const struct field *f)
{
	if (f->kind != K_SETTING)
		return "";
	return f->s->type == VZ_T_UB ? "mblf" : f->s->type == VZ_T_PAIR ? "sh" : "";
}

int list_column(const char *text, struct list_col *col)
{
	size_t n = strcspn(text, "."), i;

	col->suffix = 0;
	if (text[n] == '.') {
		if (!text[n + 1] || text[n + 2])
			return -ENOENT;
		col->suffix = text[n + 1];
	}
	for (i = 0; i < list_nr_fields(); i++) {
		if (strlen(fields[i].name) != n || strncmp(fields[i].name, text, n))
			continue;
		if (col->suffix && !strchr(suffixes(&fields[i]), col->suffix))
			return -ENOENT;
		col->field = i;
		return 0;
	}
	return -ENOENT;
}

/* The member of a row's type. */
static const void *member(const struct list_ve *v, const struct vz_setting *s)
{
	return (const char *)v->c + s->off;
}

static const char *string_of(const struct list_ve *v, const struct vz_setting *s)
{
	return s->off ? *(char *const *)member(v, s) : vz_conf_get(v->c, s->var);
}

/* false: unset. */
static bool number_of(const struct list_ve *v, const struct vz_setting *s, long *n)
{
	const char *text = s->off ? NULL : vz_conf_get(v->c, s->var);

	if (!s->off)
		return text && *text && !vz_parse_number(text, VZ_UNIT_COUNT, n);
	*n = s->type == VZ_T_RATE ? *(const long *)member(v, s) :
	     s->type == VZ_T_BOOL ? *(const bool *)member(v, s) :
				    *(const unsigned int *)member(v, s);
	return true;
}

static bool is_vswap(const struct list_ve *v)
{
	return v->c->ub[UB_PHYSPAGES].set && v->c->ub[UB_PHYSPAGES].limit != VZ_UNLIMITED;
}

/* false: no value. Held and maxheld are the kernel's alone. */
static bool ub_number(const struct list_ve *v, const struct list_col *col, long *out)
{
	const struct vz_ub_row *r = &v->ub[fields[col->field].s->ub];

	switch (col->suffix) {
	case 0: *out = r->held; return r->live;
	case 'm': *out = r->maxheld; return r->live;
	case 'b': *out = r->barrier; return r->known;
	case 'l': *out = r->limit; return r->known;
	}
	*out = r->failcnt;
	return r->live;
}

/* What is in use of disk space or inodes; false: nobody counts. */
static bool pair_used(const struct list_ve *v, const struct vz_setting *s, long *out)
{
	*out = s == &vz_settings[VZ_SET_DISKSPACE] ? v->quota.blocks : v->quota.inodes;
	return v->has_quota;
}

static bool pair_number(const struct list_ve *v, const struct list_col *col, long *out)
{
	const struct vz_setting *s = fields[col->field].s;
	const struct vz_limit *l = member(v, s);

	if (!col->suffix)
		return pair_used(v, s, out);
	*out = col->suffix == 's' ? l->barrier : l->limit;
	return l->set;
}

static bool column_number(const struct list_ve *v, const struct list_col *col, long *out)
{
	const struct vz_setting *s = fields[col->field].s;

	return s->type == VZ_T_UB ? ub_number(v, col, out) :
	       s->type == VZ_T_PAIR ? pair_number(v, col, out) : number_of(v, s, out);
}

static bool is_number(const struct vz_setting *s)
{
	return s->type == VZ_T_UB || s->type == VZ_T_PAIR || s->type == VZ_T_UINT ||
	       s->type == VZ_T_RATE;
}

static char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *fmt, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&out, fmt, ap) < 0)
		out = NULL;
	va_end(ap);
	return out;
}

/* A configuration may be somebody else's. */
static char *text_or_dash(const char *s)
{
	return vz_plain_copy(s && *s ? s : "-");
}

static char *uptime_text(double up)
{
	long s = (long)up;

	return format("%.3ldd%.2ldh:%.2ldm:%.2lds", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

static char *setting_cell(const struct list_ve *v, const struct list_col *col)
{
	const struct vz_setting *s = fields[col->field].s;
	long n;

	if (is_number(s))
		return column_number(v, col, &n) ? format("%ld", n) : strdup("-");
	if (s->type == VZ_T_BOOL)
		return strdup(number_of(v, s, &n) && n ? "yes" : "no");
	return text_or_dash(string_of(v, s));
}

char *list_cell(const struct list_ve *v, const struct list_col *col)
{
	const struct field *f = &fields[col->field];

	switch (f->kind) {
	case K_SETTING: return setting_cell(v, col);
	case K_ID: return format("%u", v->id);
	case K_NAME: return v->c->name ? vz_plain_copy(v->c->name) : format("%u", v->id);
	case K_IP: return text_or_dash(v->ip);
	case K_STATUS: return strdup(list_status_name(v->status));
	case K_LOAD:
		return v->has_load ? format("%1.2f/%1.2f/%1.2f", v->load[0], v->load[1], v->load[2])
				   : strdup("-");
	case K_UPTIME: return v->status == ST_RUNNING ? uptime_text(v->uptime) : strdup("-");
	case K_LAYOUT: return text_or_dash(v->c->layout ? v->c->layout : "dir");
	case K_VSWAP: return strdup(is_vswap(v) ? "yes" : "no");
	}
	return strdup("-");
}

static json_t *string(const char *s)
{
	cleanup_free char *plain = NULL;
	json_t *j = s && *s ? json_string(s) : NULL;

	/* Text that is no UTF-8 cannot be said in JSON as it is. */
	if (!j && s && *s)
		plain = vz_plain_copy(s);
	if (plain)
		j = json_string(plain);
	return j ? j : json_null();
}

static json_t *words(const char *list)
{
	json_t *a = json_array();
	char word[256];

	while (vz_word(&list, word, sizeof(word)))
		json_array_append_new(a, json_string(word));
	return a;
}

static json_t *onoff(const char *list)
{
	json_t *o = json_object();
	char word[64];

	while (vz_word(&list, word, sizeof(word))) {
		char *colon = strchr(word, ':');
		bool on = !colon || !strcmp(colon, ":on");

		if (colon)
			*colon = '\0';
		json_object_set_new(o, word, json_boolean(on));
	}
	return o;
}

static json_t *ub_object(const struct vz_ub_row *r)
{
	if (!r->known)
		return json_null();
	return json_pack("{s:I,s:I,s:I,s:I,s:I}", "held", (json_int_t)(r->live ? r->held : 0),
			 "maxheld", (json_int_t)(r->live ? r->maxheld : 0), "barrier",
			 (json_int_t)r->barrier, "limit", (json_int_t)r->limit, "failcnt",
			 (json_int_t)(r->live ? r->failcnt : 0));
}

static json_t *pair_object(const struct list_ve *v, const struct vz_setting *s)
{
	const struct vz_limit *l = member(v, s);
	long used;
	bool counted = pair_used(v, s, &used);

	if (!l->set && !counted)
		return json_null();
	return json_pack("{s:o,s:o,s:o}", "usage", counted ? json_integer(used) : json_null(),
			 "softlimit", l->set ? json_integer(l->barrier) : json_null(), "hardlimit",
			 l->set ? json_integer(l->limit) : json_null());
}

static json_t *setting_json(const struct list_ve *v, const struct vz_setting *s)
{
	const char *text;
	long n;

	switch (s->type) {
	case VZ_T_UB:
		return ub_object(&v->ub[s->ub]);
	case VZ_T_PAIR:
		return pair_object(v, s);
	case VZ_T_UINT:
	case VZ_T_RATE:
		return number_of(v, s, &n) ? json_integer(n) : json_null();
	case VZ_T_BOOL:
		return json_boolean(number_of(v, s, &n) && n);
	case VZ_T_YESNO:
		text = string_of(v, s);
		return text ? json_boolean(!strcmp(text, "yes")) : json_null();
	case VZ_T_LIST:
		return words(string_of(v, s));
	case VZ_T_ONOFF:
		return onoff(string_of(v, s));
	default:
		text = string_of(v, s);
		if (text && s->valid == vz_factor_valid)
			return json_real(strtod(text, NULL));
		return string(text);
	}
}

json_t *list_json(const struct list_ve *v, int field)
{
	const struct field *f = &fields[field];

	switch (f->kind) {
	case K_SETTING: return setting_json(v, f->s);
	case K_ID: return json_integer(v->id);
	case K_NAME: {
		char num[16];

		snprintf(num, sizeof(num), "%u", v->id);
		return string(v->c->name ? v->c->name : num);
	}
	case K_IP: return words(v->ip);
	case K_STATUS: return json_string(list_status_name(v->status));
	case K_LOAD: return v->has_load ? json_pack("[f,f,f]", v->load[0], v->load[1], v->load[2]) :
					  json_null();
	case K_UPTIME: return json_real(v->status == ST_RUNNING ? v->uptime : 0);
	case K_LAYOUT: return json_string(v->c->layout ? v->c->layout : "dir");
	case K_VSWAP: return json_boolean(is_vswap(v));
	}
	return json_null();
}

#define CMP(a, b)	((a) < (b) ? -1 : (a) > (b))

static int compare_text(const struct list_ve *a, const struct list_ve *b,
			const struct list_col *col)
{
	cleanup_free char *x = list_cell(a, col), *y = list_cell(b, col);

	return x && y ? strcmp(x, y) : 0;
}

static int compare_setting(const struct list_ve *a, const struct list_ve *b,
			   const struct list_col *col)
{
	long n, m;

	if (!is_number(fields[col->field].s))
		return compare_text(a, b, col);
	/* No value sorts before all values. */
	if (!column_number(a, col, &n))
		n = -1;
	if (!column_number(b, col, &m))
		m = -1;
	return CMP(n, m);
}

int list_compare(const struct list_ve *a, const struct list_ve *b, const struct list_col *col)
{
	int ret;

	switch (fields[col->field].kind) {
	case K_ID: return CMP(a->id, b->id);
	case K_STATUS: return CMP(a->status, b->status);
	case K_SETTING: ret = compare_setting(a, b, col); break;
	case K_LOAD: ret = CMP(a->load[0], b->load[0]); break;
	case K_UPTIME: ret = CMP(a->uptime, b->uptime); break;
	default: ret = compare_text(a, b, col);
	}
	return ret ? ret : CMP(a->id, b->id);
}
