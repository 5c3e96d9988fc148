// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of the commands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "vzctl/guess.h"
#include "vzctl/options.h"

#define LETTERS_MAX	128

static int is_wrong(int argc, char **argv, const struct option *opts, enum vz_cause cause,
		    struct vz_err *e)
{
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
	struct guess g = { .word = word + 2 };
	char bare[LETTERS_MAX];

	/* A letter among others that are glued together: getopt is not past the word yet. */
	if (strncmp(word, "--", 2))
		return vz_error(e, cause, -EINVAL, "Invalid option: -%c", optopt);
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	g.word = bare;
	if (optopt)
		return vz_error(e, cause, -EINVAL, "Invalid option: --%s takes no value", bare);
	for (; opts->name; opts++)
		guess_try(&g, opts->name);
	return g.best ? vz_error(e, cause, -EINVAL, "Invalid option: %s (did you mean --%s?)",
				 word, g.best)
		      : vz_error(e, cause, -EINVAL, "Invalid option: %s", word);
}

int next_letter_option(int argc, char **argv, const char *letters, const struct option *opts,
		       enum vz_cause cause, struct vz_err *e)
{
	const int order = *letters == '+';
	char with[LETTERS_MAX];
	int c;

	/* With a colon in front getopt tells a missing value from an unknown option. */
	snprintf(with, sizeof(with), "%.*s:%s", order, letters, letters + order);
	opterr = optopt = 0;
	c = getopt_long(argc, argv, with, opts, NULL);
	if (c == ':')
		vz_error(e, cause, -EINVAL, "Missing parameter: %s wants a value",
			 argv[optind - 1]);
	else if (c == '?')
		is_wrong(argc, argv, opts, cause, e);
	return c == ':' ? '?' : c;
}

int next_option(int argc, char **argv, const struct option *opts, enum vz_cause cause,
		struct vz_err *e)
{
	return next_letter_option(argc, argv, "", opts, cause, e);
}

int next_leading_option(int argc, char **argv, const struct option *opts, enum vz_cause cause,
			struct vz_err *e)
{
	return next_letter_option(argc, argv, "+", opts, cause, e);
}

int no_more_words(int argc, char **argv, struct vz_err *e)
{
	if (optind == argc)
		return 0;
	return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid parameter: %s", argv[optind]);
}

int of_option(int ret, const char *name, struct vz_err *e)
{
	if (ret && e->msg && !strstr(e->msg, name))
		vz_error_context(e, "%s", name);
	return ret;
}

int take_format(const char *word, enum format *f, struct vz_err *e)
{
	static const char *const names[] = { "table", "json", "csv" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], word)) {
			*f = i;
			return 0;
		}
	return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid --format: %s (table, json or csv)",
			word);
}

int take_number(const char *word, const char *name, long min, long max, long *out,
		struct vz_err *e)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(word, &end, 10);
	if (errno || !*word || *end || word[strspn(word, "0123456789")] || v < min || v > max)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid --%s: %s (%ld to %ld)", name,
				word, min, max);
	*out = v;
	return 0;
}
