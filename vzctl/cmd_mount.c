// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl mount, umount, compact. */
#include <errno.h>
#include <stddef.h>
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/mount.h"
#include "libvz/mounted.h"
#include "libvz/state.h"
#include "vzctl/adopt.h"
#include "vzctl/cmd_mount.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"

static int words(int argc, char **argv, struct vz_err *e)
{
	static const struct option opts[] = {
		{ "skip-fsck", no_argument, NULL, 1 }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = next_option(argc, argv, opts, VZ_BADSYNTAX, e)) != -1)
		if (c == '?')
			return e->err;
	return no_more_words(argc, argv, e);
}

int cmd_mount(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	int ret = words(argc, argv, e);

	if (ret)
		return ret;
	if (vz_ve_mounted(x->c)) {
		vz_warn("Container is already mounted");
		return 0;
	}
	ret = adopt_conf(x->c, e);
	if (!ret)
		ret = vz_ve_mount(x->c, e);
	if (!ret)
		vz_say("Container is mounted");
	return ret;
}

int cmd_umount(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	int ret = words(argc, argv, e);

	if (ret)
		return ret;
	if (vz_ve_occupied(x->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is running. Stop it first.");
	if (!vz_ve_mounted(x->c))
		return vz_error(e, VZ_NOTMOUNTED, -EINVAL, "Container is not mounted");
	ret = vz_ve_umount(x->c, e);
	if (!ret)
		vz_say("Container is unmounted");
	return ret;
}

/* Classic scripts call it for all CTs. */
int cmd_compact(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };
	int ret;

	if (next_option(argc, argv, none, VZ_BADSYNTAX, e) == '?')
		return e->err;
	ret = no_more_words(argc, argv, e);
	if (!ret)
		vz_say("Nothing to compact: CT %u has no image, what it frees is the host's at once",
		       x->id);
	return ret;
}
