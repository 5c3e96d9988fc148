// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of vzlist: header, width, text, JSON, order. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/ub.h"
#include "libvz/value.h"
#include "vzctl/list_field.h"
#include "vzctl/list_load.h"

enum kind {
	K_ID, K_STR, K_NAME, K_IP, K_LIST, K_STATUS, K_UB, K_LOAD, K_UPTIME, K_UINT, K_RATE, K_ONBOOT, K_BOOL,
	K_LAYOUT, K_FEATURES, K_VSWAP,
};

#define AT(field)	offsetof(struct vz_conf, field)
#define UBC(sym, lower, head)	{ lower, head, 10, K_UB, UB_##sym }

static const struct field {
	const char *name, *header;
	int width;		/* negative: left */
	enum kind kind;
	size_t arg;		/* offset in struct vz_conf, or row */
} fields[] = {
	{ "ctid", "CTID", 10, K_ID, 0 },
	{ "veid", "CTID", 10, K_ID, 0 },
	{ "vpsid", "CTID", 10, K_ID, 0 },
	{ "private", "PRIVATE", -32, K_STR, AT(private) },
	{ "root", "ROOT", -32, K_STR, AT(root) },
	{ "hostname", "HOSTNAME", -32, K_STR, AT(hostname) },
	{ "name", "NAME", -32, K_STR, AT(name) },
	{ "smart_name", "SMARTNAME", 10, K_NAME, 0 },
	{ "description", "DESCRIPTION", -32, K_STR, AT(description) },
	{ "ostemplate", "OSTEMPLATE", -32, K_STR, AT(ostemplate) },
	{ "ip", "IP_ADDR", -15, K_IP, 0 },
	{ "nameserver", "NAMESERVER", -15, K_LIST, AT(nameserver) },
	{ "searchdomain", "SEARCHDOMAIN", -15, K_LIST, AT(searchdomain) },
	{ "status", "STATUS", -9, K_STATUS, 0 },
	UBC(KMEMSIZE, "kmemsize", "KMEMSIZE"),
	UBC(LOCKEDPAGES, "lockedpages", "LOCKEDP"),
	UBC(PRIVVMPAGES, "privvmpages", "PRIVVMP"),
	UBC(SHMPAGES, "shmpages", "SHMP"),
	UBC(NUMPROC, "numproc", "NPROC"),
	UBC(PHYSPAGES, "physpages", "PHYSP"),
	UBC(VMGUARPAGES, "vmguarpages", "VMGUARP"),
	UBC(OOMGUARPAGES, "oomguarpages", "OOMGUARP"),
	UBC(NUMTCPSOCK, "numtcpsock", "NTCPSOCK"),
	UBC(NUMFLOCK, "numflock", "NFLOCK"),
	UBC(NUMPTY, "numpty", "NPTY"),
	UBC(NUMSIGINFO, "numsiginfo", "NSIGINFO"),
	UBC(TCPSNDBUF, "tcpsndbuf", "TCPSNDB"),
	UBC(TCPRCVBUF, "tcprcvbuf", "TCPRCVB"),
	UBC(OTHERSOCKBUF, "othersockbuf", "OTHSOCKB"),
	UBC(DGRAMRCVBUF, "dgramrcvbuf", "DGRAMRB"),
	UBC(NUMOTHERSOCK, "numothersock", "NOTHSOCK"),
	UBC(DCACHESIZE, "dcachesize", "DCACHESZ"),
	UBC(NUMFILE, "numfile", "NFILE"),
	UBC(NUMIPTENT, "numiptent", "NIPTENT"),
	UBC(SWAPPAGES, "swappages", "SWAPP"),
	UBC(NUMMOUNT, "nummount", "NMOUNT"),
	UBC(NUMNETIF, "numnetif", "NNETIF"),
	UBC(NUMNETNS, "numnetns", "NNETNS"),
	UBC(NUMNEIGH, "numneigh", "NNEIGH"),
	UBC(NUMCONNTRACK, "numconntrack", "NCONNTR"),
	UBC(NUMINOTIFY, "numinotify", "NINOTIFY"),
	UBC(PIPEPAGES, "pipepages", "PIPEP"),
	UBC(NUMCGROUP, "numcgroup", "NCGROUP"),
	UBC(NUMAIO, "numaio", "NAIO"),
	{ "laverage", "LAVERAGE", 14, K_LOAD, 0 },
	{ "uptime", "UPTIME", 15, K_UPTIME, 0 },
	{ "cpulimit", "CPULIM", 7, K_UINT, AT(cpulimit) },
	{ "cpuunits", "CPUUNI", 7, K_UINT, AT(cpuunits) },
	{ "cpus", "CPUS", 5, K_UINT, AT(cpus) },
	{ "ioprio", "IOP", 3, K_UINT, AT(ioprio) },
	{ "iolimit", "IOLIMIT", 10, K_RATE, AT(iolimit) },
	{ "iopslimit", "IOPS", 4, K_RATE, AT(iopslimit) },
	{ "onboot", "ONBOOT", 6, K_ONBOOT, AT(onboot) },
	{ "layout", "LAYOUT", 6, K_LAYOUT, 0 },
	{ "features", "FEATURES", -15, K_FEATURES, AT(features) },
	{ "vswap", "VSWAP", 5, K_VSWAP, 0 },
	{ "disabled", "DISABL", 6, K_BOOL, AT(disabled) },
};

size_t list_nr_fields(void)
{
	return sizeof(fields) / sizeof(fields[0]);
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

int list_column(const char *text, struct list_col *col)
{
	size_t n = strcspn(text, "."), i;

	col->suffix = 0;
	if (text[n] == '.') {
		if (!text[n + 1] || text[n + 2] || !strchr("mblf", text[n + 1]))
			return -ENOENT;
		col->suffix = text[n + 1];
	}
	for (i = 0; i < list_nr_fields(); i++) {
		if (strlen(fields[i].name) != n || strncmp(fields[i].name, text, n))
			continue;
		if (col->suffix && fields[i].kind != K_UB)
			return -ENOENT;
		col->field = i;
		return 0;
	}
	return -ENOENT;
}

static const char *str_of(const struct list_ve *v, const struct field *f)
{
	return *(char *const *)((const char *)v->c + f->arg);
}

static unsigned int uint_of(const struct list_ve *v, const struct field *f)
{
	return *(const unsigned int *)((const char *)v->c + f->arg);
}

static long rate_of(const struct list_ve *v, const struct field *f)
{
	return *(const long *)((const char *)v->c + f->arg);
}

static bool is_vswap(const struct list_ve *v)
{
	return v->c->ub[UB_PHYSPAGES].set && v->c->ub[UB_PHYSPAGES].limit != VZ_UNLIMITED;
}

/* false: no value. Held and maxheld are the kernel's alone. */
static bool ub_number(const struct list_ve *v, const struct list_col *col, long *out)
{
	const struct vz_ub_row *r = &v->ub[fields[col->field].arg];

	switch (col->suffix) {
	case 0: *out = r->held; return r->live;
	case 'm': *out = r->maxheld; return r->live;
	case 'b': *out = r->barrier; return r->known;
	case 'l': *out = r->limit; return r->known;
	}
	*out = r->failcnt;
	return r->live;
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

static char *text_or_dash(const char *s)
{
	return strdup(s && *s ? s : "-");
}

static char *uptime_text(double up)
{
	long s = (long)up;

	return format("%.3ldd%.2ldh:%.2ldm:%.2lds", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

char *list_cell(const struct list_ve *v, const struct list_col *col)
{
	const struct field *f = &fields[col->field];
	long n;

	switch (f->kind) {
	case K_ID: return format("%u", v->id);
	case K_STR:
	case K_LIST:
	case K_FEATURES: return text_or_dash(str_of(v, f));
	case K_NAME: return v->c->name ? strdup(v->c->name) : format("%u", v->id);
	case K_IP: return text_or_dash(v->ip);
	case K_STATUS: return strdup(list_status_name(v->status));
	case K_UB: return ub_number(v, col, &n) ? format("%ld", n) : strdup("-");
	case K_LOAD: return v->has_load ? format("%1.2f/%1.2f/%1.2f", v->load[0], v->load[1], v->load[2]) :
					  strdup("-");
	case K_UPTIME: return v->status == ST_RUNNING ? uptime_text(v->uptime) : strdup("-");
	case K_UINT: return format("%u", uint_of(v, f));
	case K_RATE: return format("%ld", rate_of(v, f));
	case K_ONBOOT: return text_or_dash(str_of(v, f));
	case K_BOOL: return strdup(*(const bool *)((const char *)v->c + f->arg) ? "yes" : "no");
	case K_LAYOUT: return text_or_dash(v->c->layout ? v->c->layout : "dir");
	case K_VSWAP: return strdup(is_vswap(v) ? "yes" : "no");
	}
	return strdup("-");
}

static json_t *string(const char *s)
{
	/* Text that is no UTF-8 cannot be said in JSON. */
	json_t *j = s && *s ? json_string(s) : NULL;

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

static json_t *features(const char *list)
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
			 "maxheld", (json_int_t)(r->live ? r->maxheld : 0), "barrier", (json_int_t)r->barrier,
			 "limit", (json_int_t)r->limit, "failcnt", (json_int_t)(r->live ? r->failcnt : 0));
}

json_t *list_json(const struct list_ve *v, int field)
{
	const struct field *f = &fields[field];

	switch (f->kind) {
	case K_ID: return json_integer(v->id);
	case K_STR: return string(str_of(v, f));
	case K_NAME: {
		char num[16];

		snprintf(num, sizeof(num), "%u", v->id);
		return string(v->c->name ? v->c->name : num);
	}
	case K_IP: return words(v->ip);
	case K_LIST: return words(str_of(v, f));
	case K_STATUS: return json_string(list_status_name(v->status));
	case K_UB: return ub_object(&v->ub[f->arg]);
	case K_LOAD: return v->has_load ? json_pack("[f,f,f]", v->load[0], v->load[1], v->load[2]) :
					  json_null();
	case K_UPTIME: return json_real(v->status == ST_RUNNING ? v->uptime : 0);
	case K_UINT: return json_integer(uint_of(v, f));
	case K_RATE: return json_integer(rate_of(v, f));
	case K_ONBOOT: return str_of(v, f) ? json_boolean(!strcmp(str_of(v, f), "yes")) : json_null();
	case K_BOOL: return json_boolean(*(const bool *)((const char *)v->c + f->arg));
	case K_LAYOUT: return json_string(v->c->layout ? v->c->layout : "dir");
	case K_FEATURES: return features(str_of(v, f));
	case K_VSWAP: return json_boolean(is_vswap(v));
	}
	return json_null();
}

#define CMP(a, b)	((a) < (b) ? -1 : (a) > (b))

int list_compare(const struct list_ve *a, const struct list_ve *b, const struct list_col *col)
{
	const struct field *f = &fields[col->field];
	cleanup_free char *x = NULL, *y = NULL;
	long n = 0, m = 0;
	int ret = 0;

	switch (f->kind) {
	case K_ID: return CMP(a->id, b->id);
	case K_STATUS: return CMP(a->status, b->status);
	case K_UB:
		/* No value sorts before all values. */
		if (!ub_number(a, col, &n))
			n = -1;
		if (!ub_number(b, col, &m))
			m = -1;
		ret = CMP(n, m);
		break;
	case K_LOAD: ret = CMP(a->load[0], b->load[0]); break;
	case K_UPTIME: ret = CMP(a->uptime, b->uptime); break;
	case K_UINT: ret = CMP(uint_of(a, f), uint_of(b, f)); break;
	case K_RATE: ret = CMP(rate_of(a, f), rate_of(b, f)); break;
	default:
		x = list_cell(a, col);
		y = list_cell(b, col);
		ret = x && y ? strcmp(x, y) : 0;
	}
	return ret ? ret : CMP(a->id, b->id);
}
