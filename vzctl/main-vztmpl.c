// SPDX-License-Identifier: GPL-2.0-or-later
/* vztmpl: templates of VEs: list, build, import, export, verify, sign, update. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/child.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/log.h"
#include "libvz/plain.h"
#include "libvz/report.h"
#include "libvz/template.h"
#include "vzctl/guess.h"
#include "vzctl/options.h"
#include "vzctl/tmpl_make.h"
#include "vzctl/tmpl_store.h"

static char cache[PATH_MAX];

struct call {
	const char *key, *conf;
	long base;
	enum format format;
	char **word;		/* behind the options */
	int n;
	struct tmpl_notes notes;
};

static void put_notes(const struct tmpl_notes *notes)
{
	if (notes->n)
		vz_say("Not kept as it was:");
	for (size_t i = 0; i < notes->n; i++)
		vz_say("  %s", notes->line[i]);
	if (notes->more)
		vz_say("  and %zu more", notes->more);
}

static int need_words(const struct call *c, int n, const char *what, struct vz_err *e)
{
	if (c->n != n)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Wanted: %s", what);
	return 0;
}

/* ---- list ------------------------------------------------------------------------- */

struct line {
	char name[128];
	bool defined, there;
};

static struct line *lines;
static size_t nr_lines;

static int add_line(const char *file, const char *end, bool defined)
{
	size_t n = strlen(file), m = strlen(end);
	struct line *more;
	size_t i;

	if (n <= m || n - m >= sizeof(more->name) || strcmp(file + n - m, end) || *file == '.')
		return 0;
	for (i = 0; i < nr_lines; i++)
		if (strlen(lines[i].name) == n - m && !strncmp(lines[i].name, file, n - m))
			break;
	if (i == nr_lines) {
		more = reallocarray(lines, nr_lines + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		lines = more;
		memset(&lines[nr_lines], 0, sizeof(*lines));
		memcpy(lines[nr_lines++].name, file, n - m);
	}
	if (defined)
		lines[i].defined = true;
	else
		lines[i].there = true;
	return 0;
}

static void add_folder(const char *path, const char *const *ends, bool defined)
{
	cleanup_dir DIR *d = opendir(path);
	struct dirent *de;

	while (d && (de = readdir(d)))
		for (size_t i = 0; ends[i]; i++)
			add_line(de->d_name, ends[i], defined);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

static json_t *line_json(const struct line *l)
{
	json_t *o = json_pack("{s:s, s:b, s:b}", "name", l->name, "defined", l->defined, "there",
			      l->there), *m = l->there ? tmpl_manifest(cache, l->name) : NULL;

	json_object_set_new(o, "manifest", m ? m : json_null());
	return o;
}

static void put_line(const struct line *l, enum format f)
{
	json_t *m = l->there ? tmpl_manifest(cache, l->name) : NULL;
	const char *created = json_string_value(json_object_get(m, "created"));
	const char *os = json_string_value(json_object_get(json_object_get(m, "os"), "name"));
	/* The system's name is the template's own choice. */
	cleanup_free char *shown = vz_plain_copy(os && *os ? os : "-");
	cleanup_free char *when = vz_plain_copy(created ? created : "");
	json_int_t bytes = json_integer_value(json_object_get(m, "bytes"));

	if (f == FORMAT_CSV)
		printf("%s,%s,%s,%s,%lld\n", l->name, l->defined ? "yes" : "no",
		       l->there ? "yes" : "no", when ? when : "", (long long)bytes);
	else
		printf("%-28s %-7s %-5s %-20s %8.1f  %s\n", l->name, l->defined ? "yes" : "no",
		       l->there ? "yes" : "no", when && *when ? when : "-", bytes / 1048576.0,
		       shown ? shown : "-");
	json_decref(m);
}

static int cmd_list(struct call *c, struct vz_err *e)
{
	static const char *const definitions[] = { ".conf", NULL };
	json_t *all = c->format == FORMAT_JSON ? json_array() : NULL;

	vz_tool_tells(vz_exit_code(VZ_SYSTEM));
	add_folder(cache, vz_template_ends, false);
	add_folder(TMPL_DEFINITIONS, definitions, true);
	add_folder(TMPL_OWN_DEFINITIONS, definitions, true);
	if (nr_lines)
		qsort(lines, nr_lines, sizeof(*lines), by_name);
	if (c->format == FORMAT_TABLE)
		printf("%-28s %-7s %-5s %-20s %8s  %s\n", "NAME", "DEFINED", "THERE", "CREATED",
		       "MIB", "SYSTEM");
	if (c->format == FORMAT_CSV)
		printf("name,defined,there,created,bytes\n");
	for (size_t i = 0; i < nr_lines; i++) {
		if (all)
			json_array_append_new(all, line_json(&lines[i]));
		else
			put_line(&lines[i], c->format);
	}
	if (all) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	free(lines);
	return 0;
}

/* ---- the others ---------------------------------------------------------------------- */

static int build_one(struct call *c, const char *name, struct vz_err *e)
{
	int ret;

	if (!tmpl_name_ok(name))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad name of a template: %s", name);
	vz_say("Building template %s", name);
	ret = tmpl_build(cache, name, &c->notes, e);
	if (!ret)
		vz_say("Template %s is there", name);
	return ret;
}

static int cmd_build(struct call *c, struct vz_err *e)
{
	int ret = c->n ? 0 : need_words(c, 1, "vztmpl build <name> ...", e);

	for (int i = 0; !ret && i < c->n; i++)
		ret = build_one(c, c->word[i], e);
	return ret;
}

/* Those that are named, or all that are there and have a definition. */
static int cmd_update(struct call *c, struct vz_err *e)
{
	static const char *const archives[] = { ".tar.zst", NULL };
	char path[PATH_MAX];
	int ret = 0;

	if (c->n)
		return cmd_build(c, e);
	add_folder(cache, archives, false);
	for (size_t i = 0; !ret && i < nr_lines; i++)
		if (tmpl_name_ok(lines[i].name) && tmpl_definition(lines[i].name, path))
			ret = build_one(c, lines[i].name, e);
	free(lines);
	return ret;
}

static int cmd_import(struct call *c, struct vz_err *e)
{
	struct tmpl_import im = { .conf = c->conf, .base = c->base };
	char path[PATH_MAX];
	int ret = need_words(c, 2, "vztmpl import <name> <file|folder> [--conf <file>] "
			     "[--uid-base <id>]", e);

	if (ret)
		return ret;
	im.name = c->word[0];
	im.source = c->word[1];
	if (!tmpl_name_ok(im.name))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad name of a template: %s", im.name);
	if (!access(tmpl_path(path, cache, im.name, ".tar.zst"), F_OK))
		return vz_error(e, VZ_BADVALUE, -EEXIST, "There is a template %s already: %s",
				im.name, path);
	ret = tmpl_import(cache, &im, &c->notes, e);
	if (!ret)
		vz_say("Template %s is there. To make a VE of it:\n  vzctl create <ctid> "
		       "--ostemplate %s%s%s%s", im.name, im.name,
		       im.has_sample ? " --config " : "", im.has_sample ? im.name : "",
		       im.words ? im.words : "");
	free(im.words);
	return ret;
}

static int cmd_export(struct call *c, struct vz_err *e)
{
	int ret = need_words(c, 2, "vztmpl export <name> <folder>", e);

	if (!ret && !tmpl_name_ok(c->word[0]))
		ret = vz_error(e, VZ_BADVALUE, -EINVAL, "Bad name of a template: %s", c->word[0]);
	return ret ? ret : tmpl_store_export(cache, c->word[0], c->word[1], e);
}

static int cmd_verify(struct call *c, struct vz_err *e)
{
	int ret = c->n ? 0 : need_words(c, 1, "vztmpl verify <name> ... [--key <file>]", e);

	for (int i = 0; !ret && i < c->n; i++) {
		if (!tmpl_name_ok(c->word[i]))
			return vz_error(e, VZ_BADVALUE, -EINVAL, "Bad name of a template: %s",
					c->word[i]);
		ret = tmpl_store_verify(cache, c->word[i], c->key, e);
		if (!ret)
			vz_say("%s: %s", c->word[i], c->key ? "whole, and signed" : "whole");
	}
	return ret;
}

static int cmd_sign(struct call *c, struct vz_err *e)
{
	int ret = need_words(c, 1, "vztmpl sign <name> --key <file>", e);

	if (!ret && (!c->key || !tmpl_name_ok(c->word[0])))
		ret = vz_error(e, VZ_BADSYNTAX, -EINVAL, "Wanted: vztmpl sign <name> --key <file>");
	return ret ? ret : tmpl_store_sign(cache, c->word[0], c->key, e);
}

static const struct {
	const char *name;
	int (*fn)(struct call *c, struct vz_err *e);
	bool writes;
	const char *usage;
} cmds[] = {
	{ "list", cmd_list, false, "[--format table|json|csv]" },
	{ "build", cmd_build, true, "<name> ..." },
	{ "update", cmd_update, true, "[<name> ...]" },
	{ "import", cmd_import, true, "<name> <file|folder> [--conf <file>] [--uid-base <id>]" },
	{ "export", cmd_export, false, "<name> <folder>" },
	{ "verify", cmd_verify, false, "<name> ... [--key <file>]" },
	{ "sign", cmd_sign, true, "<name> --key <file>" },
};

#define NR_CMDS	(sizeof(cmds) / sizeof(cmds[0]))

static void usage(FILE *out)
{
	for (size_t i = 0; i < NR_CMDS; i++)
		fprintf(out, "%s vztmpl %s %s\n", i ? "      " : "Usage:", cmds[i].name,
			cmds[i].usage);
}

static int parse(int argc, char **argv, struct call *c, struct vz_err *e)
{
	static const struct option opts[] = {
		{ "format", required_argument, NULL, 'f' }, { "key", required_argument, NULL, 'k' },
		{ "conf", required_argument, NULL, 'c' },
		{ "uid-base", required_argument, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	int o, ret = 0;

	c->base = -1;
	/* Words may stand between options. */
	while (!ret && (o = next_letter_option(argc, argv, "", opts, VZ_BADSYNTAX, e)) != -1) {
		switch (o) {
		case 'f': ret = take_format(optarg, &c->format, e); break;
		case 'k': c->key = optarg; break;
		case 'c': c->conf = optarg; break;
		case 'u': ret = take_number(optarg, "uid-base", 0, 4294901760L, &c->base, e); break;
		default: return e->err;
		}
	}
	c->word = argv + optind;
	c->n = argc - optind;
	return ret;
}

static int run(size_t cmd, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *conf = NULL;
	cleanup_close int lock = -1;
	struct call c = { 0 };
	int ret = parse(argc, argv, &c, e);

	if (!ret && geteuid())
		ret = vz_error(e, VZ_PERM, -EPERM, "vztmpl needs the rights of root");
	if (ret)
		return ret;
	ret = vz_conf_global(&conf, e);
	if (ret)
		return ret;
	vz_log_setup(conf->logging ? conf->logfile : NULL, conf->log_level, conf->verbose, false);
	snprintf(cache, sizeof(cache), "%s/cache", conf->template_dir);
	vz_catch_signals();
	/* What is made is whole, whoever hears of it. */
	if (cmds[cmd].writes)
		signal(SIGPIPE, SIG_IGN);
	if (cmds[cmd].writes)
		ret = tmpl_store_lock(cache, &lock, e);
	if (!ret)
		ret = cmds[cmd].fn(&c, e);
	put_notes(&c.notes);
	tmpl_notes_free(&c.notes);
	return ret;
}

static int find(const char *word, size_t *cmd, struct vz_err *e)
{
	struct guess g = { .word = word };

	for (size_t i = 0; i < NR_CMDS; i++) {
		*cmd = i;
		if (!strcmp(cmds[i].name, word))
			return 0;
		guess_try(&g, cmds[i].name);
	}
	return g.best ? vz_error(e, VZ_BADSYNTAX, -EINVAL, "Bad command: %s (did you mean %s?)",
				 word, g.best)
		      : vz_error(e, VZ_BADSYNTAX, -EINVAL, "Bad command: %s (see vztmpl --help)",
				 word);
}

int main(int argc, char **argv)
{
	struct vz_err e = { 0 };
	size_t cmd;
	int ret;

	vz_tool_prepare();
	if (argc > 1 && !strcmp(argv[1], "--help")) {
		usage(stdout);
		return 0;
	}
	if (argc < 2) {
		usage(stderr);
		return vz_exit_code(VZ_BADSYNTAX);
	}
	ret = find(argv[1], &cmd, &e);
	if (!ret)
		ret = run(cmd, argc - 1, argv + 1, &e);
	if (!ret)
		return 0;
	vz_warn("%s", e.msg ? e.msg : strerror(-ret));
	ret = vz_exit_code(e.cause);
	vz_error_free(&e);
	return ret;
}
