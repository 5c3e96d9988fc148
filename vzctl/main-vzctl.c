// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl as users call it. What monitoring asks all the time is answered here,
 * by a program that loads no library but libc; everything else is done by the
 * whole vzctl, run from sealed memory, because most of it makes processes
 * inside of a VE.
 */
#include <stdio.h>
#include <string.h>
#include "libvz/child.h"
#include "libvz/err.h"
#include "libvz/exit.h"
#include "libvz/paths.h"
#include "libvz/seal.h"
#include "vzctl/cmd_status.h"
#include "vzctl/dispatch.h"

static const struct cmd quick[] = {
	{ "status", cmd_status, 0, "[--format table|json|csv]" },
};

/* The first word that is no global flag; these take no values. */
static const char *command(char **argv)
{
	while (*++argv && **argv == '-')
		;
	return *argv;
}

int main(int argc, char **argv)
{
	const char *name = command(argv);
	struct vz_err e = { 0 };

	vz_tool_prepare();
	if (name && !strcmp(name, quick[0].name))
		return dispatch_command(&(struct dispatch){ .cmds = quick, .n = 1 }, argc, argv);
	vz_seal_exec(VZ_LIBEXECDIR "/vzctl", argv, &e);
	fprintf(stderr, "%s\n", e.msg);
	vz_error_free(&e);
	return vz_exit_code(VZ_SYSTEM);
}
