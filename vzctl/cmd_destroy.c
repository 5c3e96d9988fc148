// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl destroy (delete). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/look.h"
#include "libvz/owner.h"
#include "libvz/private.h"
#include "libvz/script_path.h"
#include "libvz/ve_cgroup.h"
#include "vzctl/at_rest.h"
#include "vzctl/cmd_destroy.h"
#include "vzctl/cmd_start.h"
#include "vzctl/ctx.h"
#include "vzctl/name.h"
#include "vzctl/options.h"
#include "vzctl/snapshot.h"

#define KEPT	".destroyed"

/* The configuration last: as long as it is there, all of it can be done again. */
static int keep_aside(unsigned int id, struct vz_err *e)
{
	char from[PATH_MAX], to[PATH_MAX + sizeof(KEPT)];
	int ret = vz_scripts_aside(id, KEPT, e);

	if (ret < 0)
		return ret;
	snprintf(to, sizeof(to), "%s" KEPT, vz_conf_path(from, id));
	if (!rename(from, to) || errno == ENOENT)
		return 0;
	return vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot rename %s to %s", from, to);
}

static int tell(const struct ctx *x)
{
	char path[PATH_MAX];

	vz_say("%s would be removed with all that is in it",
	       x->c->private ? x->c->private : "Nothing");
	if (vz_ve_suspended(x->c))
		vz_say("%s would be removed, too", vz_dump_path(path, x->c));
	vz_say("%s would become %s.destroyed", vz_conf_path(path, x->id), path);
	vz_say("Nothing was changed");
	return 0;
}

int cmd_destroy(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'd' }, { NULL, 0, NULL, 0 },
	};
	char dir[PATH_MAX];
	int c, ret;

	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		x->dry_run = true;
	}
	ret = no_more_words(argc, argv, e);
	if (ret)
		return ret;
	ret = vz_owner_check(x->c, VZ_CLAIM_DESTROY, e);
	if (!ret && !x->dry_run)
		ret = vz_owner_reclaim(x->c, e);
	if (ret)
		return ret;
	ret = at_rest_check(x->c, e);
	if (ret)
		return ret;
	ret = snapshot_check_unused(x->c, e);
	if (ret)
		return ret;
	if (x->dry_run)
		return tell(x);
	if (x->c->private)
		vz_say("Destroying container private area: %s", x->c->private);
	ret = vz_ve_cgroup_remove(x->id, e);
	if (ret)
		return ret;
	ret = snapshot_remove_all(x->c, e);
	if (ret)
		return ret;
	ret = vz_private_remove(x->c, e);
	if (ret)
		return ret;
	ckpt_remove(dump_dir(x->c, dir), NULL);
	if (x->c->root)
		rmdir(x->c->root);
	/* The name is free again; the configuration that is kept has it no more. */
	if (x->c->name) {
		ret = set_name(x->c, NULL, e);
		if (ret)
			return ret;
	}
	ret = keep_aside(x->id, e);
	if (ret)
		return ret;
	vz_look_forget(x->id);
	vz_say("Container private area was destroyed");
	return 0;
}
