// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl runscript: a script of the host runs in a VE, which is started for it when it is down. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/log.h"
#include "libvz/state.h"
#include "vzctl/cmd_exec.h"
#include "vzctl/cmd_runscript.h"
#include "vzctl/cmd_start.h"
#include "vzctl/options.h"

static int open_script(const char *path, struct vz_err *e)
{
	int fd = vz_open_file(path);

	return fd < 0 ? vz_error_sys(e, VZ_BADVALUE, fd, "Cannot read the script %s", path) : fd;
}

/* Its text is the standard input of the VE's shell; x->code is how it ended. */
static int run(struct ctx *x, int script, struct vz_err *e)
{
	char *words[] = { "runscript", "-", NULL };

	if (dup2(script, 0) < 0)
		return vz_error_sys(e, VZ_SYSTEM, -errno, "dup2");
	return cmd_exec2(x, 2, words, e);
}

static int run_stopped(struct ctx *x, int script, struct vz_err *e)
{
	struct vz_err undo = { 0 };
	int ret;

	if (x->c->disabled)
		return vz_error(e, VZ_DISABLED, -EPERM, "Container start disabled");
	/* A start would use up its dump, and the stop after it what that has brought back. */
	if (vz_ve_suspended(x->c))
		return vz_error(e, VZ_NOTRUNNING, -EBUSY,
				"Container is suspended: resume it first");
	ret = start_ve(x, e);
	if (ret)
		return ret;
	ret = run(x, script, e);
	if (stop_ve(x, false, false, ret ? &undo : e) && !ret)
		ret = e->err;
	vz_error_free(&undo);
	return ret;
}

int cmd_runscript(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_close int script = -1;

	if (argc < 2)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "No script given for runscript");
	if (argc > 2)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid parameter: %s", argv[2]);
	script = open_script(argv[1], e);
	if (script < 0)
		return script;
	return vz_ve_answers(x->id) ? run(x, script, e) : run_stopped(x, script, e);
}
