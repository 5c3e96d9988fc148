// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of settings as text: --help, man pages, completion. No state. */
#include <string.h>
#include "libvz/setting.h"
#include "libvz/setting_text.h"

#define FOR_EACH(s) \
	for (const struct vz_setting *s = vz_settings; s < vz_settings + VZ_NR_SETTINGS; s++)

static bool is_option(const struct vz_setting *s)
{
	return s->option;
}

static void put_options(FILE *out, const struct vz_setting *s, const char *between)
{
	char name[32];

	if (s->letter)
		fprintf(out, "-%c%s", s->letter, between);
	for (unsigned int n = 0; vz_setting_option(s, n, name); n++)
		fprintf(out, "%s--%s", n ? between : "", name);
}

void vz_settings_help(FILE *out)
{
	FOR_EACH(s) {
		const char *stop = strchr(s->help, '.');

		if (!is_option(s))
			continue;
		fputs("    ", out);
		put_options(out, s, ", ");
		fprintf(out, " <%s>\n\t%.*s\n", s->arg, stop ? (int)(stop - s->help) : -1, s->help);
	}
}

/* Text as troff takes it literally; minus stays one that can be copied. */
static void put_troff(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
}

static void put_names(FILE *out, const struct vz_setting *s)
{
	if (!s->names)
		return;
	fputs("\nNames:", out);
	for (const char *const *n = s->names; *n; n++)
		fprintf(out, " %s", *n);
	fputs(".", out);
}

static const char *unit_of(const struct vz_setting *s)
{
	if (s->type != VZ_T_UB && s->type != VZ_T_PAIR)
		return NULL;
	switch (s->unit) {
	case VZ_UNIT_PAGES:
		return "pages";
	case VZ_UNIT_BYTES:
		return "bytes";
	case VZ_UNIT_BLOCKS:
		return "blocks of 1 KiB";
	default:
		return NULL;
	}
}

static void put_facts(FILE *out, const struct vz_setting *s)
{
	put_troff(out, s->help);
	if (unit_of(s))
		fprintf(out, "\nIn %s.", unit_of(s));
	if (s->type == VZ_T_UINT && s->max)
		fprintf(out, "\nFrom %ld to %ld.", s->min, s->max);
	put_names(out, s);
	if (s->flags & VZ_S_RESTART)
		fputs("\nA running VE follows at its next start.", out);
	if (s->flags & VZ_S_KEPT)
		fputs("\nIt is kept and shown; nothing enforces it yet.", out);
	if (s->flags & VZ_S_NOTHING)
		fputs("\nTaken and kept for old scripts; it has no meaning here.", out);
	fputc('\n', out);
}

void vz_settings_man_options(FILE *out)
{
	char name[32];

	FOR_EACH(s) {
		if (!is_option(s))
			continue;
		fputs(".TP\n", out);
		if (s->letter)
			fprintf(out, "\\fB\\-%c\\fR, ", s->letter);
		for (unsigned int n = 0; vz_setting_option(s, n, name); n++) {
			fputs(n ? ", \\fB\\-\\-" : "\\fB\\-\\-", out);
			put_troff(out, name);
			fputs("\\fR", out);
		}
		fputs(" \\fI", out);
		put_troff(out, s->arg);
		fputs("\\fR\n", out);
		put_facts(out, s);
	}
}

static void put_variables(FILE *out, bool host)
{
	FOR_EACH(s) {
		if (s->flags & VZ_S_VERB || !!(s->flags & VZ_S_HOST) != host)
			continue;
		fprintf(out, ".TP\n\\fB%s\\fR\n", s->var);
		put_facts(out, s);
		if (s->def) {
			fputs("Unset: ", out);
			put_troff(out, s->def);
			fputs(".\n", out);
		}
		if (s->old_var)
			fprintf(out, "Older files call it %s.\n", s->old_var);
	}
}

void vz_settings_man_variables(FILE *out)
{
	put_variables(out, false);
}

void vz_settings_man_host(FILE *out)
{
	put_variables(out, true);
}

void vz_settings_man_fields(FILE *out)
{
	FOR_EACH(s) {
		if (!s->field)
			continue;
		fprintf(out, ".TP\n\\fB%s\\fR%s\n", s->field,
			s->type == VZ_T_UB     ? ", .m .b .l .f"
			: s->type == VZ_T_PAIR ? ", .s .h"
					       : "");
		put_facts(out, s);
	}
}

void vz_settings_man_counters(FILE *out)
{
	FOR_EACH(s) {
		if (s->type != VZ_T_UB)
			continue;
		fprintf(out, ".TP\n\\fB%s\\fR (%s)\n", s->option,
			unit_of(s) ? unit_of(s) : "a number");
		put_troff(out, s->help);
		fputc('\n', out);
	}
}

static void put_value(FILE *out, const struct vz_setting *s, const char *name)
{
	if (s->type == VZ_T_ONOFF)
		fprintf(out, "%s:on %s:off ", name, name);
	else
		fprintf(out, "%s ", name);
}

static void put_fields(FILE *out)
{
	FOR_EACH(s)
		if (s->field)
			fprintf(out, "%s ", s->field);
}

/* What may stand behind each option of set: a case for each with known words. */
static void put_values(FILE *out)
{
	char name[32];

	fputs("_vzctl_values()\n{\n\tcase $1 in\n", out);
	FOR_EACH(s) {
		if (!is_option(s) || (s->type != VZ_T_YESNO && s->type != VZ_T_BOOL && !s->names))
			continue;
		fputc('\t', out);
		for (unsigned int n = 0; vz_setting_option(s, n, name); n++)
			fprintf(out, "%s--%s", n ? "|" : "", name);
		fputs(") echo '", out);
		if (!s->names)
			fputs("yes no", out);
		for (const char *const *n = s->names; n && *n; n++)
			put_value(out, s, *n);
		fputs("' ;;\n", out);
	}
	fputs("\tesac\n}\n", out);
}

void vz_settings_completion(FILE *out)
{
	char name[32];

	fputs("_vzctl_set_options='", out);
	FOR_EACH(s)
		for (unsigned int n = 0; is_option(s) && vz_setting_option(s, n, name); n++)
			fprintf(out, "--%s ", name);
	fputs("'\n_vzctl_fields='", out);
	put_fields(out);
	fputs("'\n_vzctl_create_options='", out);
	FOR_EACH(s)
		for (unsigned int n = 0; s->flags & VZ_S_CREATE && vz_setting_option(s, n, name);
		     n++)
			fprintf(out, "--%s ", name);
	fputs("'\n", out);
	put_values(out);
}

/* Between single quotes of a shell. */
static void put_quoted(FILE *out, const char *text, size_t n)
{
	for (; n--; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
}

/* Options with the first sentence of their help, as _describe takes them. */
static void put_described(FILE *out, const char *name, unsigned int flag)
{
	char option[32];

	fprintf(out, "%s=(\n", name);
	FOR_EACH(s)
		for (unsigned int n = 0; is_option(s) && (!flag || s->flags & flag) &&
					 vz_setting_option(s, n, option); n++) {
			fprintf(out, "\t'--%s:", option);
			put_quoted(out, s->help, strcspn(s->help, "."));
			fputs("'\n", out);
		}
	fputs(")\n", out);
}

void vz_settings_zsh(FILE *out)
{
	fputs("typeset -ga _vzctl_set_options _vzctl_create_options _vzctl_fields\n", out);
	put_described(out, "_vzctl_set_options", 0);
	put_described(out, "_vzctl_create_options", VZ_S_CREATE);
	fputs("_vzctl_fields=(", out);
	put_fields(out);
	fputs(")\n", out);
	put_values(out);
}
