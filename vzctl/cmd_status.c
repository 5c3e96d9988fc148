// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl status. Part of the quick vzctl: nothing here may need more than libc. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/mount.h"
#include "libvz/state.h"
#include "vzctl/cmd_status.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"

int cmd_status(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err why = { 0 };
	bool exist, mounted, running;
	int ret = no_more_words(argc, argv, e);

	if (ret)
		return ret;
	/* Missing and unreadable configurations are an answer here, no error. */
	ret = vz_conf_load(x->id, &c, &why);
	vz_error_free(&why);
	running = vz_ve_state(x->id) != VE_STOPPED;
	exist = c && c->private && !access(c->private, F_OK);
	mounted = c && (vz_ve_mounted(c) || running);
	printf("CTID %u %s %s %s%s\n", x->id, exist ? "exist" : "deleted",
	       mounted ? "mounted" : "unmounted", running ? "running" : "down",
	       c && !running && vz_ve_suspended(c) ? " suspended" : "");
	return 0;
}
