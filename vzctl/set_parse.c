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
#include "libvz/report.h"
#include "libvz/setting_take.h"
#include "libvz/setting_text.h"
#include "vzctl/options.h"
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
#define ROW_BASE	1000	/* getopt value of the first name of row 0, above all letters */
#define OPTIONS_MAX	(NR_OF_CALL + VZ_TAKE_LONG * VZ_NR_SETTINGS + 1)

/* One option of the table as given. */
struct word {
	unsigned int row, by;
	const char *arg;
};

struct words {
	struct word *word;
	size_t n;
};

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
	for (int row = 0; row < VZ_NR_SETTINGS; row++) {
		const struct vz_setting *s = &vz_settings[row];

		for (int n = 0; n < VZ_TAKE_LONG && s->option &&
				vz_setting_option(s, n, *names); n++)
			*o++ = (struct option){ *names++, required_argument, NULL,
						ROW_BASE + row * VZ_TAKE_NAMES + n };
		if (s->letter) {
			*letters++ = s->letter;
			*letters++ = ':';
		}
	}
	*letters = '\0';
	memset(o, 0, sizeof(*o));
}

/* Row and name of what getopt returned, as one number: row * VZ_TAKE_NAMES + name. */
static int name_of(int opt)
{
	if (opt >= ROW_BASE)
		return opt - ROW_BASE;
	for (int row = 0; row < VZ_NR_SETTINGS; row++)
		if (vz_settings[row].letter && vz_settings[row].letter == opt)
			return row * VZ_TAKE_NAMES + VZ_TAKE_LETTER;
	return -EINVAL;
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

static int keep_word(struct words *w, struct set_call *s, int name, struct vz_err *e)
{
	unsigned int row = name / VZ_TAKE_NAMES;
	struct word *more = reallocarray(w->word, w->n + 1, sizeof(*more));

	if (!more)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "options");
	w->word = more;
	w->word[w->n++] = (struct word){ row, name % VZ_TAKE_NAMES, optarg };
	s->given[row] = true;
	/* A verb touches the row whose variable it changes. */
	s->change.rows[vz_setting_by_var(vz_settings[row].var) - vz_settings] = true;
	return 0;
}

/* Options in the order of the table: deletions go before additions whatever was said first. */
static int take_words(struct vz_conf *c, const struct words *w, struct set_call *s,
		      struct vz_err *e)
{
	int ret = 0;

	for (unsigned int row = 0; row < VZ_NR_SETTINGS; row++) {
		struct vz_take t = { .s = &vz_settings[row], .c = c };

		for (size_t i = 0; !ret && s->given[row] && i < w->n; i++) {
			if (w->word[i].row != row)
				continue;
			/* Thousands of words take their time. */
			if (vz_interrupted())
				return vz_error(e, VZ_SYSTEM, -EINTR, "Interrupted: nothing was "
						"changed");
			t.arg = w->word[i].arg;
			t.by = w->word[i].by;
			/* The link of the name is made with the configuration. */
			if (row == VZ_SET_NAME) {
				s->rename = true;
				s->name = t.arg;
				continue;
			}
			ret = vz_setting_take(&t, e);
			t.nr++;
		}
	}
	return ret;
}

static int parse(struct ctx *x, int argc, char **argv, struct set_call *s, struct words *w,
		 struct vz_err *e)
{
	struct option opts[OPTIONS_MAX];
	char names[VZ_TAKE_LONG * VZ_NR_SETTINGS][32], letters[2 * VZ_NR_SETTINGS + 2];
	int c, ret = 0;

	all_options(opts, letters, names);
	while (!ret && (c = next_letter_option(argc, argv, letters, opts, VZ_BADVALUE, e)) != -1) {
		int name = name_of(c);

		if (c == '?')
			return e->err;
		ret = name >= 0 ? keep_word(w, s, name, e) : option_of_call(x, c, s, e);
	}
	return ret ? ret : no_more_words(argc, argv, e);
}

int set_parse(struct ctx *x, int argc, char **argv, struct set_call *s, struct vz_err *e)
{
	struct words w = { 0 };
	int ret = parse(x, argc, argv, s, &w, e);

	if (!ret)
		ret = take_words(x->c, &w, s, e);
	free(w.word);
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
