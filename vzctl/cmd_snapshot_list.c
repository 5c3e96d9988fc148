// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl snapshot-list: columns as the classic one has them. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/plain.h"
#include "libvz/value.h"
#include "vzctl/cmd_snapshot.h"
#include "vzctl/options.h"
#include "vzctl/snapshot.h"

struct row {
	const struct snapshot *s;
	const char *current;
	char target[PATH_MAX];
};

static const char *get_id(struct row *r) { return r->s->id; }
static const char *get_parent(struct row *r) { return r->s->parent; }
static const char *get_current(struct row *r) { return strcmp(r->s->id, r->current) ? "" : "*"; }
static const char *get_date(struct row *r) { return r->s->date; }
static const char *get_name(struct row *r) { return r->s->name; }
static const char *get_desc(struct row *r) { return r->s->description; }
static const char *get_target(struct row *r) { return r->target; }
static const char *get_device(struct row *r) { return ""; }

static const struct field {
	const char *name, *other, *head;
	int width;
	const char *(*get)(struct row *r);
} fields[] = {
	{ "parent_uuid", "parent_id", "PARENT_UUID", -38, get_parent },
	{ "current", "current", "C", -1, get_current },
	{ "uuid", "id", "UUID", -38, get_id },
	{ "date", "date", "DATE", -19, get_date },
	{ "name", "name", "NAME", -32, get_name },
	{ "desc", "description", "DESC", -32, get_desc },
	{ "device", "device", "DEVICE", -16, get_device },
	{ "target", "target", "TARGET", -32, get_target },
};

#define NR_FIELDS	(sizeof(fields) / sizeof(fields[0]))

struct list_args {
	const struct field *col[32];
	size_t n;
	bool no_header;
	char id[SNAPSHOT_ID];
};

static int add_columns(struct list_args *a, const char *list, struct vz_err *e)
{
	char word[64];

	a->n = 0;
	while (vz_word(&list, word, sizeof(word))) {
		size_t i = 0;

		while (i < NR_FIELDS && strcmp(word, fields[i].name) &&
		       strcmp(word, fields[i].other))
			i++;
		if (i == NR_FIELDS || a->n == 32)
			return vz_error(e, VZ_BADVALUE, -EINVAL,
					"Unknown field for -o: %s (-L lists them)", word);
		a->col[a->n++] = &fields[i];
	}
	return a->n ? 0 : vz_error(e, VZ_BADVALUE, -EINVAL,
				   "No field is given to -o (-L lists them)");
}

static void print_row(const struct list_args *a, struct row *r)
{
	for (size_t i = 0; i < a->n; i++) {
		cleanup_free char *cell = vz_plain_copy(r ? a->col[i]->get(r) : a->col[i]->head);

		printf("%*s%s", i + 1 < a->n ? a->col[i]->width : 0, cell ? cell : "-",
		       i + 1 < a->n ? " " : "\n");
	}
}

static int print_all(const struct ctx *x, const struct list_args *a, struct vz_err *e)
{
	char current[SNAPSHOT_ID], path[PATH_MAX];
	struct snapshot *list = NULL;
	size_t n = 0;
	int ret = snapshot_list(x->c, &list, &n, e);

	snapshot_current(x->c, current);
	if (!ret && !a->no_header)
		print_row(a, NULL);
	for (size_t i = 0; i < n; i++) {
		struct row r = { .s = &list[i], .current = current };
		ssize_t len = readlink(snapshot_path(path, x->c, list[i].id, SNAPSHOT_TARGET),
				       r.target, sizeof(r.target) - 1);

		r.target[len < 0 ? 0 : len] = '\0';
		if (!ret && (!*a->id || !strcmp(a->id, list[i].id)))
			print_row(a, &r);
		snapshot_free(&list[i]);
	}
	free(list);
	return ret;
}

int cmd_snapshot_list(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "no-header", no_argument, NULL, 'H' }, { "output", required_argument, NULL, 'o' },
		{ "id", required_argument, NULL, 'i' }, { "uuid", required_argument, NULL, 'i' },
		{ "list", no_argument, NULL, 'L' }, { NULL, 0, NULL, 0 },
	};
	struct list_args a = { 0 };
	struct snapshot one = { 0 };
	int c, ret = add_columns(&a, "parent_uuid,current,uuid,date,name", e);

	while (!ret && (c = next_letter_option(argc, argv, "Ho:L", options, VZ_BADSYNTAX,
						     e)) != -1) {
		switch (c) {
		case 'H': a.no_header = true; break;
		case 'o': ret = add_columns(&a, optarg, e); break;
		case 'i': ret = snapshot_id_parse(optarg, a.id, e); break;
		case 'L':
			for (size_t i = 0; i < NR_FIELDS; i++)
				printf("%s\n", fields[i].name);
			return 0;
		default: return e->err;
		}
	}
	if (!ret)
		ret = no_more_words(argc, argv, e);
	if (!ret && *a.id)
		ret = snapshot_load(x->c, a.id, &one, e);
	snapshot_free(&one);
	return ret ? ret : print_all(x, &a, e);
}
