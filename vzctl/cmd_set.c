// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl set: parse, make a running VE follow, save. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/limits.h"
#include "libvz/log.h"
#include "libvz/passwd.h"
#include "libvz/state.h"
#include "vzctl/cmd_set.h"
#include "vzctl/cmd_start.h"
#include "vzctl/ctx.h"
#include "vzctl/name.h"
#include "vzctl/set_live.h"
#include "vzctl/set_parse.h"

/* set makes the configuration when there is none yet. */
static int load(struct ctx *x, struct vz_err *e)
{
	char path[PATH_MAX];

	return access(vz_conf_path(path, x->id), F_OK) ? vz_conf_new(x->id, &x->c, e) :
							 vz_conf_load(x->id, &x->c, e);
}

static int check(int argc, const struct change *ch, const struct set_flags *f, const struct vz_conf *c,
		 struct vz_err *e)
{
	if (f->reset_ub)
		return argc == 2 ? 0 : vz_error(e, VZ_BADSYNTAX, -EINVAL,
						"--reset_ub must be the only option");
	if (f->save)
		return 0;
	if (f->rename)
		return vz_error(e, VZ_SETNAME, -EINVAL, "Unable to use --name option without --save");
	if (f->force || f->restart)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Error: --force and --setmode restart need --save");
	if ((ch->did & DID_CONFIG) && vz_ve_state(c->id) == VE_STOPPED)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Error: these options need --save");
	return 0;
}

static int password(struct ctx *x, struct change *ch, struct vz_err *e)
{
	char *colon = strchr(ch->user, ':');
	int ret;

	*colon = '\0';
	ret = vz_guest_password(x->c, ch->user, colon + 1, e);
	explicit_bzero(colon + 1, strlen(colon + 1));
	if (!ret)
		vz_say("Changing password for user %s", ch->user);
	return ret;
}

static int apply(struct ctx *x, struct change *ch, const struct set_flags *f, bool running,
		 struct vz_err *e)
{
	bool restart = false;
	int ret = running ? set_live(x, ch, &restart, e) : 0;

	if (!ret && ch->user)
		ret = password(x, ch, e);
	if (!ret && (f->rename || f->remap))
		ret = set_name(x->c, f->rename ? f->name : x->c->name, e);
	if (!ret && f->rename)
		vz_say("Name %s assigned", f->name);
	if (!ret && f->save) {
		char path[PATH_MAX];

		ret = vz_conf_save(x->c, e);
		if (!ret)
			vz_say("CT configuration saved to %s", vz_conf_path(path, x->id));
	}
	if (ret || !restart)
		return ret;
	if (f->restart) {
		ret = stop_ve(x, false, false, e);
		return ret ? ret : start_ve(x, e);
	}
	if (!f->ignore)
		vz_warn("Warning: some settings take effect at the next start of the container");
	return 0;
}

int cmd_set(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct change ch = { 0 };
	struct set_flags f = { 0 };
	bool running = vz_ve_state(x->id) == VE_RUNNING;
	int ret = load(x, e);

	if (!ret)
		ret = set_parse(x, argc, argv, &ch, &f, e);
	if (!ret)
		ret = check(argc, &ch, &f, x->c, e);
	if (!ret && f.reset_ub)
		ret = running ? vz_ve_apply_limits(x->c, e) :
				vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	else if (!ret)
		ret = apply(x, &ch, &f, running, e);
	if (!ret && !f.save && (ch.did || ch.ub))
		vz_warn("WARNING: Settings were not saved and will be reset to original values on "
			"next start (use --save flag)");
	free(ch.old_ip);
	free(ch.user);
	return ret;
}
