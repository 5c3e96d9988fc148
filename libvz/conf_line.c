// SPDX-License-Identifier: GPL-2.0-or-later
/* A line is cut where it stands; nothing is evaluated. */
#include <ctype.h>
#include <string.h>
#include "libvz/conf_line.h"

#define SHELLS	"a shell would act on $, `, \\ and the like in it; only $VEID is replaced here"
#define MORE	"more stands behind its value"

static char *skip_blanks(char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

bool vz_conf_is_veid(const char *s)
{
	return (!strncmp(s, "$VEID", 5) && !isalnum((unsigned char)s[5]) && s[5] != '_') ||
	       !strncmp(s, "${VEID}", 7);
}

/* Would a shell make something else of it? Between ' and ' it would not. */
static bool is_plain(const char *s, const char *end, char quote)
{
	const char *acts = quote ? "`\\" : "`\\\"'();&|<>";

	for (; s < end && quote != '\''; s++)
		if (strchr(acts, *s) || (*s == '$' && !vz_conf_is_veid(s)))
			return false;
	return true;
}

/* What follows a value: nothing, a comment, or the semicolon of a shell. */
static bool is_over(char *s)
{
	char *p = skip_blanks(s);

	if (*p == ';')
		p = skip_blanks(p + 1);
	else if (*p == '#')
		return p > s;
	return !*p || *p == '#';
}

static const char *why_no_name(const char *s, const char *end)
{
	const char *p = end + strspn(end, " \t");

	if ((*s == '.' && isblank((unsigned char)s[1])) || !strncmp(s, "source ", 7))
		return "other files are not read from here";
	if (end > s && p > end && *p == '=')
		return "blanks stand around its =";
	if (end > s && !strncmp(end, "+=", 2))
		return "nothing is added to a value with += here";
	return "it is no NAME=\"value\"";
}

static void take_quoted(char *v, char quote, struct vz_conf_line *l)
{
	char *end = strchr(v, quote), *last;

	l->value = v;
	if (!end) {
		l->wrong = "its quote does not end on the line";
		for (last = v + strlen(v); last > v && last[-1] == '\r'; last--)
			;
		*last = '\0';
		end = last;
	} else if (!is_over(end + 1)) {
		l->wrong = MORE;
	}
	/* A quote behind a backslash does not end it: what does is somewhere else. */
	l->unusable = !is_plain(v, end, quote);
	*end = '\0';
}

static void take_bare(char *v, struct vz_conf_line *l)
{
	char *end = v;

	l->value = v;
	while (*end && !isspace((unsigned char)*end))
		end++;
	if (!is_over(end))
		l->wrong = "its value ends at the first blank: put quotes around all of it";
	if (end > v && end[-1] == ';')
		end--;
	l->unusable = !is_plain(v, end, '\0');
	*end = '\0';
}

void vz_conf_line_split(char *s, struct vz_conf_line *l)
{
	char *p;

	s = skip_blanks(s);
	if (!strncmp(s, "export", 6) && isblank((unsigned char)s[6]))
		s = skip_blanks(s + 6);
	if (!*s || *s == '#')
		return;
	for (p = s; isalnum((unsigned char)*p) || *p == '_'; p++)
		;
	if (p == s || *p != '=' || isdigit((unsigned char)*s)) {
		l->wrong = why_no_name(s, p);
		return;
	}
	l->name = s;
	*p = '\0';
	if (p[1] == '"' || p[1] == '\'')
		take_quoted(p + 2, p[1], l);
	else
		take_bare(p + 1, l);
	if (l->unusable)
		l->wrong = SHELLS;
}
