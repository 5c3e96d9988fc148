// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of vzctl set, read into the configuration in memory. What settings there are:
 * setting.def. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/conf.h"
#include "libvz/conf_file.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/paths.h"
#include "libvz/setting_take.h"
#include "libvz/setting_text.h"
#include "vzctl/options.h"
#include "vzctl/row_words.h"
#include "vzctl/set_parse.h"

/* Options of the call. */
enum { SAVE = 1, FORCE, SETMODE, RESET_UB, APPLYCONFIG, APPLYCONFIG_MAP, USERPASSWD, SKIP_ARP,
       DRY_RUN, OFFLINE };

static const struct {
	int opt;
	const char *name, *arg, *help;
} of_call[] = {
	{ SAVE, "save", NULL, "write the configuration as well" },
	{ FORCE, "force", NULL, "with --save: also without our kernel" },
	{ SETMODE, "setmode", "restart|ignore", "what needs a restart gets it, or is not told" },
	{ RESET_UB, "reset_ub", NULL,
	  "all limits as the configuration says; the only option then" },
	{ APPLYCONFIG, "applyconfig", "sample", "take the settings of a sample" },
	{ APPLYCONFIG_MAP, "applyconfig_map", "name", "make the link of the name again" },
	{ USERPASSWD, "userpasswd", "user:password|-",
	  "set a password; - reads the line from stdin" },
	{ SKIP_ARP, "skip_arpdetect", NULL, "ask nobody who has an address" },
	{ DRY_RUN, "dry-run", NULL, "check all, tell what would change, and change nothing" },
	{ OFFLINE, "offline-resize", NULL, "taken for old scripts: there are no images to resize" },
	{ OFFLINE, "offline", NULL, "the same" },
};

#define NR_OF_CALL	(sizeof(of_call) / sizeof(of_call[0]))

void set_help(FILE *out)
{
	fputs("\nOptions of set:\n", out);
	for (size_t i = 0; i < NR_OF_CALL; i++)
		fprintf(out, "    --%s%s%s%s\n\t%s\n", of_call[i].name, of_call[i].arg ? " <" : "",
			of_call[i].arg ? of_call[i].arg : "", of_call[i].arg ? ">" : "",
			of_call[i].help);
	vz_settings_help(out);
}

/* getopt's table and letters, made from ours. names is what the options point at. */
static void all_options(struct option *o, char *letters, char (*names)[32])
{
	*letters++ = '+';
	for (size_t i = 0; i < NR_OF_CALL; i++)
		*o++ = (struct option){ of_call[i].name,
					of_call[i].arg ? required_argument : no_argument, NULL,
					of_call[i].opt };
	for (int row = 0; row < VZ_NR_SETTINGS; row++)
		if (vz_settings[row].letter) {
			*letters++ = vz_settings[row].letter;
			*letters++ = ':';
		}
	*letters = '\0';
	o = row_options(o, names, 0);
	memset(o, 0, sizeof(*o));
}

static int parse_user(struct set_call *s, struct vz_err *e)
{
	size_t room = 0;
	ssize_t n;

	free(s->user);
	s->user = NULL;
	if (!strcmp(optarg, "-")) {
		n = getline(&s->user, &room, stdin);
		/* With nothing to read the buffer is there, and nothing in it. */
		if (n < 0)
			return vz_error(e, VZ_BADVALUE, -EINVAL,
					"--userpasswd -: standard input has no line user:password");
		if (s->user[n - 1] == '\n')
			s->user[n - 1] = '\0';
	} else {
		s->user = strdup(optarg);
		/* The list of processes need not show it any longer. */
		memset(optarg, '*', strlen(optarg));
	}
	if (!s->user || !strchr(s->user, ':') || *s->user == ':')
		return vz_error(e, VZ_BADVALUE, -EINVAL, "--userpasswd wants user:password");
	return 0;
}

/* What belongs to one VE, or to the host, is never taken from a sample. */
static bool of_sample(const char *name)
{
	static const char *const own[] = { "LOCAL_GID", "VEID" };
	const struct vz_setting *s = vz_setting_by_var(name);

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(name, own[i]))
			return false;
	return !s || !(s->flags & VZ_S_OWN);
}

static int apply_sample(struct vz_conf *c, const char *sample, struct set_call *s, struct vz_err *e)
{
	struct vz_conf_file *f = vz_conf_file_new();
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), VZ_CONFDIR "/ve-%s.conf-sample", sample);
	ret = !f ? -ENOMEM : strchr(sample, '/') ? -EINVAL : vz_conf_file_read(f, path);
	if (ret)
		vz_error_sys(e, VZ_BADVALUE, ret,
			     "--applyconfig: cannot read sample configuration %s", path);
	for (size_t i = 0; !ret && i < f->n; i++) {
		const char *name = f->line[i].name;
		const struct vz_setting *row = name ? vz_setting_by_var(name) : NULL;

		if (!name || !of_sample(name))
			continue;
		ret = vz_conf_set(c, name, f->line[i].value, e);
		if (row)
			s->change.rows[row - vz_settings] = true;
	}
	vz_conf_file_free(f);
	s->sample = true;
	return ret ? ret : vz_conf_set(c, "ORIGIN_SAMPLE", sample, e);
}

static int parse_setmode(struct set_call *s, struct vz_err *e)
{
	s->restart = !strcmp(optarg, "restart");
	s->ignore = !strcmp(optarg, "ignore");
	return s->restart || s->ignore ? 0 :
	       vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid --setmode: %s", optarg);
}

static int option_of_call(struct ctx *x, int opt, struct set_call *s, struct vz_err *e)
{
	switch (opt) {
	case SAVE:
		s->save = true;
		return 0;
	case FORCE:
		s->force = true;
		return 0;
	case RESET_UB:
		s->reset_ub = true;
		return 0;
	case SKIP_ARP:
		x->c->skip_arpdetect = true;
		return 0;
	case DRY_RUN:
		x->dry_run = true;
		return 0;
	case OFFLINE:
		vz_warn("Warning: --offline-resize has no meaning here: no CT has an image");
		return 0;
	case SETMODE:
		return parse_setmode(s, e);
	case APPLYCONFIG:
		return apply_sample(x->c, optarg, s, e);
	case APPLYCONFIG_MAP:
		s->remap = true;
		return strcmp(optarg, "name") ? vz_error(e, VZ_BADVALUE, -EINVAL,
			"Invalid --applyconfig_map: %s", optarg) : 0;
	case USERPASSWD:
		return parse_user(s, e);
	}
	return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid option");
}

static int parse(struct ctx *x, int argc, char **argv, struct set_call *s, struct row_words *w,
		 struct vz_err *e)
{
	struct option opts[NR_OF_CALL + ROW_OPTIONS_MAX + 1];
	char names[ROW_OPTIONS_MAX][32], letters[2 * VZ_NR_SETTINGS + 2];
	int c, ret = 0;

	all_options(opts, letters, names);
	while (!ret && (c = next_letter_option(argc, argv, letters, opts, VZ_BADVALUE, e)) != -1) {
		if (c == '?')
			return e->err;
		ret = row_words_keep(w, c, optarg, e);
		if (ret > 0)
			ret = option_of_call(x, c, s, e);
	}
	return ret ? ret : no_more_words(argc, argv, e);
}

/* What was given, and with it which variables change: an option may stand for that of another. */
static void note_rows(struct set_call *s, const struct row_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		s->given[w->word[i].row] = true;
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *of = vz_setting_by_var(vz_settings[row].var);

		if (s->given[row])
			s->change.rows[of - vz_settings] = true;
	}
	/* The link of the name is made with the configuration. */
	s->rename = s->given[VZ_SET_NAME];
	s->name = row_words_last(w, VZ_SET_NAME);
}

int set_parse(struct ctx *x, int argc, char **argv, struct set_call *s, struct vz_err *e)
{
	struct row_words w = { 0 };
	int ret = parse(x, argc, argv, s, &w, e);

	if (!ret) {
		note_rows(s, &w);
		ret = row_words_take(&w, x->c, e);
	}
	row_words_free(&w);
	return ret;
}

bool set_touched(const struct set_call *s, unsigned int flags)
{
	for (int row = 0; row < VZ_NR_SETTINGS; row++)
		if (s->change.rows[row] && (!flags || vz_settings[row].flags & flags))
			return true;
	return false;
}

void set_call_free(struct set_call *s)
{
	vz_change_free(&s->change);
	free(s->user);
}
