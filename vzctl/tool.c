// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of the small tools. No state. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/plain.h"
#include "vzctl/options.h"
#include "vzctl/tool.h"

int tool_fail(const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = vz_plain_format(fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, text ? text : "no memory");
	return 1;
}

int tool_letter(int argc, char **argv, const char *letters)
{
	static const struct option help[] = {
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct vz_err e = { 0 };
	int c = next_letter_option(argc, argv, letters, help, VZ_BADSYNTAX, &e);

	if (c == '?')
		tool_fail("%s (see %s --help)", e.msg, program_invocation_short_name);
	vz_error_free(&e);
	return c;
}
