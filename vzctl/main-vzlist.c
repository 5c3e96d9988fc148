// SPDX-License-Identifier: GPL-2.0-or-later
/* vzlist: a table or JSON of the VEs of this host. */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/value.h"
#include "vzctl/list_field.h"
#include "vzctl/list_load.h"
#include "vzctl/options.h"
#include "vzctl/tool.h"

static struct {
	bool all, stopped, no_header, no_trim, json, csv;
	const char *hostname, *name, *description;
	struct list_col col[64];
	size_t nr_col;
	struct list_col sort;
	bool reverse, columns_given;
	unsigned int *id;
	size_t nr_id;
} opt;

static void usage(FILE *out)
{
	fprintf(out,
		"Usage: vzlist [-a | -S] [-n] [-H] [-t] [-j | --format f] [-o field[,field...] | -1] [-s [-]field]\n"
		"\t[-h pattern] [-N pattern] [-d pattern] [CTID [CTID ...]]\n"
		"       vzlist -L | --list\n\n"
		"Options:\n"
		"\t-a, --all\t\tlist all containers, not running ones only\n"
		"\t-S, --stopped\t\tlist stopped containers\n"
		"\t-n, --name\t\tshow names instead of host names\n"
		"\t-H, --no-header\t\tsuppress the header\n"
		"\t-t, --no-trim\t\tdo not cut long values\n"
		"\t-j, --json\t\toutput in JSON format\n"
		"\t--format <table|json|csv>\n"
		"\t\t\t\tthe same as a table, JSON or CSV\n"
		"\t-o, --output <field>\tshow these fields\n"
		"\t-1\t\t\tsame as -H -o ctid\n"
		"\t-s, --sort <field>\tsort by a field; a leading - reverses\n"
		"\t-h, --hostname <pattern>\n"
		"\t\t\t\tfilter by host name\n"
		"\t-N, --name_filter <pattern>\n"
		"\t\t\t\tfilter by name\n"
		"\t-d, --description <pattern>\n"
		"\t\t\t\tfilter by description\n"
		"\t-L, --list\t\tlist the fields\n");
}

static int columns(const char *list)
{
	char word[64];

	opt.nr_col = 0;
	while (vz_word(&list, word, sizeof(word)))
		if (opt.nr_col == 64 || list_column(word, &opt.col[opt.nr_col++]))
			return -tool_fail("Unknown field for -o, --output: %s (-L lists them)",
					  word);
	return opt.nr_col ? 0 : -tool_fail("No field is given to -o, --output (-L lists them)");
}

static void list_fields(void)
{
	struct list_col col = { 0 };
	char buf[64];
	size_t i;

	for (i = 0; i < list_nr_fields(); i++) {
		col.field = i;
		printf("%-15s %-15s\n", list_field_name(i), list_header(&col, buf));
	}
}

static int add_ids(const char *arg)
{
	char word[256];

	while (vz_word(&arg, word, sizeof(word))) {
		struct vz_err e = { 0 };
		void *p = reallocarray(opt.id, opt.nr_id + 1, sizeof(*opt.id));

		if (!p)
			return -ENOMEM;
		opt.id = p;
		if (vz_conf_resolve(word, &opt.id[opt.nr_id], &e)) {
			tool_fail("%s", e.msg);
			vz_error_free(&e);
			return -EINVAL;
		}
		opt.nr_id++;
	}
	return 0;
}

static int format(const char *word)
{
	struct vz_err e = { 0 };
	enum format f;
	int ret = take_format(word, &f, &e);

	if (ret)
		tool_fail("%s", e.msg);
	opt.json = !ret && f == FORMAT_JSON;
	opt.csv = !ret && f == FORMAT_CSV;
	vz_error_free(&e);
	return ret;
}

/* 1: done, with success. */
static int parse(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "stopped", no_argument, NULL, 'S' },
		{ "name", no_argument, NULL, 'n' },
		{ "no-header", no_argument, NULL, 'H' },
		{ "no-trim", no_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "output", required_argument, NULL, 'o' },
		{ "sort", required_argument, NULL, 's' },
		{ "hostname", required_argument, NULL, 'h' },
		{ "name_filter", required_argument, NULL, 'N' },
		{ "description", required_argument, NULL, 'd' },
		{ "list", no_argument, NULL, 'L' },
		{ "help", no_argument, NULL, 2 },
		{ "format", required_argument, NULL, 3 },
		{ NULL, 0, NULL, 0 },
	};
	struct vz_err e = { 0 };
	int c, ret = columns("ctid,numproc,status,ip,hostname");

	list_column("ctid", &opt.sort);
	while (!ret && (c = next_letter_option(argc, argv, "aSnHtjo:1s:h:N:d:L", opts,
						     VZ_BADSYNTAX, &e)) != -1) {
		switch (c) {
		case 'a': opt.all = true; break;
		case 'S': opt.stopped = true; break;
		case 'n': ret = columns("smart_name,numproc,status,ip,hostname"); break;
		case 'H': opt.no_header = true; break;
		case 't': opt.no_trim = true; break;
		case 'j': opt.json = true; break;
		case 'o': opt.columns_given = true; ret = columns(optarg); break;
		case '1': opt.no_header = opt.columns_given = true; ret = columns("ctid"); break;
		case 'h': opt.hostname = optarg; break;
		case 'N': opt.name = optarg; break;
		case 'd': opt.description = optarg; break;
		case 'L': list_fields(); return 1;
		case 2: usage(stdout); return 1;
		case 3: ret = format(optarg); break;
		case 's':
			opt.reverse = *optarg == '-';
			ret = list_column(optarg + opt.reverse, &opt.sort);
			if (ret)
				tool_fail("Unknown field for -s, --sort: %s (-L lists them)",
					  optarg + opt.reverse);
			break;
		default:
			tool_fail("%s (see vzlist --help)", e.msg);
			vz_error_free(&e);
			return -EINVAL;
		}
	}
	while (!ret && optind < argc)
		ret = add_ids(argv[optind++]);
	return ret;
}

static bool matches(const char *pattern, const char *value)
{
	return !pattern || (value && !fnmatch(pattern, value, 0));
}

static bool wanted(const struct list_ve *v)
{
	bool running = v->status == ST_RUNNING;
	size_t i;

	if (opt.nr_id) {
		for (i = 0; i < opt.nr_id && opt.id[i] != v->id; i++)
			;
		if (i == opt.nr_id)
			return false;
	}
	if (opt.stopped ? running : !running && !opt.all && !opt.nr_id)
		return false;
	return matches(opt.hostname, v->c->hostname) && matches(opt.name, v->c->name) &&
	       matches(opt.description, v->c->description);
}

static int by_column(const void *a, const void *b)
{
	int ret = list_compare(a, b, &opt.sort);

	return opt.reverse ? -ret : ret;
}

/* Blanks wait in *blanks for what comes behind them: none are printed at the end of a row. */
static void put_blanks_later(const char *text, int n, int width, int *blanks)
{
	int pad = n < width ? width - n : 0;

	while (n && text[n - 1] == ' ') {
		n--;
		pad++;
	}
	if (n) {
		printf("%*s", *blanks, "");
		fwrite(text, 1, n, stdout);
		*blanks = 0;
	}
	*blanks += pad;
}

/* Cells are padded to their widths, one blank between, no blanks at the end. */
static void put_row(char *(*cell)(const struct list_ve *v, const struct list_col *col),
		    const struct list_ve *v)
{
	int blanks = 0;
	size_t i;

	for (i = 0; i < opt.nr_col; i++) {
		cleanup_free char *made = cell(v, &opt.col[i]);
		const char *text = made ? made : "-";
		int w = list_width(opt.col[i].field), abs_w = w < 0 ? -w : w, n = strlen(text);

		if (!opt.no_trim && i + 1 < opt.nr_col && n > abs_w)
			n = abs_w;
		blanks += i > 0;
		if (w > n)
			blanks += w - n;
		put_blanks_later(text, n, w < 0 ? -w : 0, &blanks);
	}
	putchar('\n');
}

static char *header_cell(const struct list_ve *v, const struct list_col *col)
{
	char buf[64];

	return strdup(list_header(col, buf));
}

/* RFC 4180. */
static void put_csv_cell(const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static void put_csv(const struct list_ve *v, size_t n)
{
	for (size_t k = 0; !opt.no_header && k < opt.nr_col; k++) {
		if (k)
			putchar(',');
		fputs(list_field_name(opt.col[k].field), stdout);
		if (opt.col[k].suffix)
			printf(".%c", opt.col[k].suffix);
	}
	if (!opt.no_header)
		putchar('\n');
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < opt.nr_col; k++) {
			cleanup_free char *text = list_cell(&v[i], &opt.col[k]);

			if (k)
				putchar(',');
			/* No value is no text. */
			put_csv_cell(text && strcmp(text, "-") ? text : "");
		}
		putchar('\n');
	}
}

static void put_table(const struct list_ve *v, size_t n)
{
	size_t i;

	if (!opt.no_header)
		put_row(header_cell, NULL);
	for (i = 0; i < n; i++)
		put_row(list_cell, &v[i]);
}

static int put_json(const struct list_ve *v, size_t n)
{
	json_t *all = json_array();
	size_t i, k;
	int ret;

	for (i = 0; i < n; i++) {
		json_t *o = json_object();

		if (opt.columns_given)
			for (k = 0; k < opt.nr_col; k++)
				json_object_set_new(o, list_field_name(opt.col[k].field),
						    list_json(&v[i], opt.col[k].field));
		else
			for (k = 0; k < list_nr_fields(); k++)
				json_object_set_new(o, list_field_name(k), list_json(&v[i], k));
		json_array_append_new(all, o);
	}
	ret = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	putchar('\n');
	json_decref(all);
	return ret;
}

static unsigned int needs(void)
{
	unsigned int need = list_need(list_field_name(opt.sort.field));
	size_t i;

	if (opt.json && !opt.columns_given)
		return LIST_ALL;
	for (i = 0; i < opt.nr_col; i++)
		need |= list_need(list_field_name(opt.col[i].field));
	return need;
}

int main(int argc, char **argv)
{
	struct list_ve *ves = NULL;
	struct vz_err e = { 0 };
	size_t n, keep = 0, i;
	int ret;

	vz_tool_prepare();
	vz_tool_tells(1);
	ret = parse(argc, argv);
	if (ret)
		return ret < 0;
	for (i = 0; opt.json && i < opt.nr_col; i++)
		if (opt.col[i].suffix) {
			fprintf(stderr, "Fields with a suffix are not for JSON\n");
			return 1;
		}
	if (geteuid()) {
		fprintf(stderr, "This program can only be run under root.\n");
		return 1;
	}
	vz_log_setup(NULL, 0, 0, false);
	/* The list of what is configured is right all the same. */
	if (access("/proc/vz/version", F_OK))
		fprintf(stderr, "Warning: no VE can run: this is no OpenVE kernel, there is no "
				"/proc/vz/version\n");
	if (list_load(&ves, &n, needs(), &e)) {
		fprintf(stderr, "%s\n", e.msg);
		vz_error_free(&e);
		return 1;
	}
	for (i = 0; i < n; i++) {
		struct list_ve t = ves[i];

		if (!wanted(&t))
			continue;
		/* The unwanted ones move behind. */
		ves[i] = ves[keep];
		ves[keep++] = t;
	}
	if (keep)
		qsort(ves, keep, sizeof(*ves), by_column);
	ret = 0;
	if (opt.json)
		put_json(ves, keep);
	else if (opt.csv)
		put_csv(ves, keep);
	else if (keep)
		put_table(ves, keep);
	else
		fprintf(stderr, "Container(s) not found\n");
	if (!keep && opt.nr_id)
		ret = 1;
	list_free(ves, n);
	free(opt.id);
	return ret;
}
