// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzubc: beancounters of VEs for people, with the options of the classic script. The last look
 * that -r and -i compare with is that of vzctl ubc.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/kernel.h"
#include "libvz/look.h"
#include "libvz/value.h"
#include "vzctl/tool.h"
#include "vzctl/ub_table.h"
#include "vzctl/ubc_text.h"

#define TABLE	"/proc/user_beancounters"

/**
 * struct view - what was asked for
 * @held, @max: with @quiet, the part of a limit from which a row is shown
 * @relative, @change: failures, and what is held, since the last look
 * @watch: words for watch(1), NULL behind the last; none: once
 */
struct view {
	bool quiet, verbose, relative, change, forget, color;
	double held, max;
	const char *file;
	char *watch[6];
	unsigned int nr_watch;
	unsigned int *ids;
	size_t n;
};

static double part(long v, long of)
{
	return of == VZ_UNLIMITED ? 0 : of ? (double)v / of : v ? 1 : 0;
}

static void put_value(enum ub_resource r, long v, const struct vz_ub_row *row)
{
	char text[32];

	printf(" %9s", ub_value_text(r, v, false, text));
	for (int i = 0; i < 2; i++) {
		long of = i ? row->limit : row->barrier;

		if (of == VZ_UNLIMITED || !of)
			printf("    -");
		else
			printf(" %3.0f%%", 100 * part(v, of));
	}
}

static bool is_shown(const struct view *v, const struct vz_ub_row *row, long failed)
{
	if (!row->live)
		return false;
	if (v->quiet)
		return failed || part(row->held, row->limit) >= v->held ||
		       part(row->maxheld, row->limit) >= v->max;
	return v->verbose || failed || row->maxheld || row->limit != VZ_UNLIMITED;
}

static void put_row(const struct view *v, enum ub_resource r, const struct vz_ub_row *row,
		    const struct vz_ub_row *then)
{
	long failed = v->relative ? vz_look_new(row, then) : row->failcnt;
	char bar[32], lim[32];

	if (!is_shown(v, row, failed))
		return;
	printf("%s  %-12s", v->color && failed ? "\033[31m" : "", vz_ub_name(r));
	put_value(r, row->held, row);
	put_value(r, row->maxheld, row);
	printf(" %9s %9s %6ld", ub_value_text(r, row->barrier, false, bar),
	       ub_value_text(r, row->limit, false, lim), failed);
	if (v->change && row->held != then->held)
		printf("  held %+ld", row->held - then->held);
	printf("%s\n", v->color && failed ? "\033[0m" : "");
}

static void put_ve(const struct view *v, const struct ub_table_ve *ve, const struct vz_look *look)
{
	printf("CT %u\n  %-12s %9s %4s %4s %9s %4s %4s %9s %9s %6s\n", ve->id, "resource", "held",
	       "bar", "lim", "maxheld", "bar", "lim", "barrier", "limit", "fail");
	for (int r = 0; r < UB_NR_RESOURCES; r++)
		put_row(v, r, &ve->rows[r], &look->rows[r]);
}

static int show(const struct view *v, const struct ub_table_ve *ve, struct vz_err *e)
{
	struct vz_look look = { 0 };
	bool looks = (v->relative || v->change) && ve->id && !v->file;
	int ret = 0;

	if (looks && v->forget)
		vz_look_forget(ve->id);
	if (looks)
		ret = vz_look_read(ve->id, &look, e);
	if (ret)
		return ret;
	put_ve(v, ve, &look);
	return looks ? vz_look_write(ve->id, ve->rows, e) : 0;
}

static int show_all(const struct view *v, struct vz_err *e)
{
	cleanup_free struct ub_table_ve *ves = NULL;
	size_t n, k;
	int ret = v->file ? 0 : vz_kernel_check(e);

	if (ret)
		return ret;
	ret = ub_table_read(v->file ? v->file : TABLE, &ves, &n, e);

	for (size_t i = 0; !ret && !v->n && i < n; i++)
		if (ves[i].id || n == 1)
			ret = show(v, &ves[i], e);
	for (size_t i = 0; !ret && i < v->n; i++) {
		for (k = 0; k < n && ves[k].id != v->ids[i]; k++)
			;
		ret = k < n ? show(v, &ves[k], e) :
			      vz_error(e, VZ_NOTRUNNING, -ESRCH, "CT %u is not in %s", v->ids[i],
				       v->file ? v->file : TABLE);
	}
	return ret;
}

static int usage(FILE *out)
{
	fprintf(out, "Usage: vzubc [options] [CTID|name]...\n"
		"\t-f FILE\t\ta table as " TABLE ", which is read without it\n"
		"\t-q\t\tonly rows that have failed or are used by half; -qh PART of the\n"
		"\t\t\tlimit is held, -qm PART was held at most\n"
		"\t-v\t\trows without use and limits, too\n"
		"\t-r\t\tfailures since the last look; -rc that look is forgotten first\n"
		"\t-i\t\tand how much more is held than then; -ic the same\n"
		"\t-w\t\tagain and again; -wn SECONDS, -wd marks what changes, -wt no title\n"
		"\t-c\t\tcolor\n");
	return out == stderr;
}

/* The part of a limit behind -qh or -qm. */
static bool take_part(const char *word, double *to)
{
	char *end;

	*to = word ? strtod(word, &end) : 0;
	return word && *word >= '0' && *word <= '9' && !*end && *to <= 1;
}

static bool take_watch(struct view *v, char kind, char **argv, int *i)
{
	if (kind == 'n' && (!argv[*i + 1] || !*argv[*i + 1] ||
			    argv[*i + 1][strspn(argv[*i + 1], "0123456789.")]))
		return false;
	if (v->nr_watch + 3 > sizeof(v->watch) / sizeof(v->watch[0]))
		return false;
	if (!v->nr_watch)
		v->watch[v->nr_watch++] = "watch";
	if (kind == 'n') {
		v->watch[v->nr_watch++] = "-n";
		v->watch[v->nr_watch++] = argv[++*i];
	} else if (kind) {
		v->watch[v->nr_watch++] = kind == 'd' ? "-d" : "-t";
	}
	return true;
}

/* "-q", "-qh 0.5": a letter, and another one that says more. */
static bool take_option(struct view *v, char **argv, int *i)
{
	const char *word = argv[*i];
	char letter = word[1], more = letter ? word[2] : '\0';

	if (more && word[3])
		return false;
	switch (letter) {
	case 'q':
		v->quiet = true;
		return !more || ((more == 'h' || more == 'm') &&
				 take_part(argv[++*i], more == 'h' ? &v->held : &v->max));
	case 'w': return (!more || strchr("dtn", more)) && take_watch(v, more, argv, i);
	case 'r':
	case 'i':
		v->relative |= letter == 'r';
		v->change |= letter == 'i';
		v->forget |= more == 'c';
		return !more || more == 'c';
	case 'v': v->verbose = true; return !more;
	case 'c': v->color = true; return !more;
	case 'f': v->file = argv[++*i]; return !more && v->file;
	default: return false;
	}
}

static int parse(struct view *v, char **argv, struct vz_err *e)
{
	for (int i = 1; argv[i]; i++) {
		if (argv[i][0] != '-') {
			int ret = vz_conf_resolve(argv[i], &v->ids[v->n++], e);

			if (ret)
				return ret;
		} else {
			int at = i;

			if (!take_option(v, argv, &i))
				return vz_error(e, VZ_BADSYNTAX, -EINVAL,
						"Invalid option or value: %s (see vzubc --help)",
						argv[at]);
		}
	}
	return 0;
}

/* watch(1) calls this program again, without what it was told itself. */
static int watch(const struct view *v, int argc, char **argv)
{
	cleanup_free char **words = calloc(argc + v->nr_watch + 4, sizeof(*words));
	unsigned int n = 0;

	if (!words)
		return tool_fail("no memory");
	for (; n < v->nr_watch; n++)
		words[n] = v->watch[n];
	words[n++] = "-x";
	words[n++] = argv[0];
	for (int i = 1; argv[i]; i++) {
		if (!strncmp(argv[i], "-wn", 4))
			i++;
		else if (strncmp(argv[i], "-w", 2))
			words[n++] = argv[i];
	}
	execvp(words[0], words);
	return tool_fail("cannot run watch: %s", vz_reason(errno));
}

int main(int argc, char **argv)
{
	cleanup_free unsigned int *ids = calloc(argc + 1, sizeof(*ids));
	struct view v = { .held = 0.5, .max = 0.5, .ids = ids };
	struct vz_err e = { 0 };
	int ret;

	vz_tool_prepare();
	if (!ids)
		return tool_fail("no memory");
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		vz_tool_tells(1);
		return usage(stdout);
	}
	ret = parse(&v, argv, &e);
	if (!ret && v.nr_watch)
		return watch(&v, argc, argv);
	vz_tool_tells(1);
	if (!ret)
		ret = show_all(&v, &e);
	if (ret)
		tool_fail("%s", e.msg ? e.msg : "no memory");
	vz_error_free(&e);
	return ret ? 1 : 0;
}
