// SPDX-License-Identifier: GPL-2.0-or-later
/* Options of the commands. */
#include <errno.h>
#include <stdio.h>
#include "libvz/err.h"
#include "vzctl/options.h"

int next_letter_option(int argc, char **argv, const char *letters, const struct option *opts,
		       enum vz_cause cause, struct vz_err *e)
{
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, letters, opts, NULL);
	if (c == '?')
		vz_error(e, cause, -EINVAL, "Invalid option or missing parameter: %s",
			 argv[optind - 1]);
	return c;
}

int next_option(int argc, char **argv, const struct option *opts, enum vz_cause cause,
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
