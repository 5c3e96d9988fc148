// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl check-migratable: could the VE be moved while it runs? The same checks that a
 * move makes first; with --freeze also a dump, which is thrown away: the only way to know
 * of what the checks do not.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "checkpoint/tasks.h"
#include "checkpoint/check.h"
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/states.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "vzctl/cmd_check_migratable.h"

/* In the gate: all was dumped, and the VE is to go on. */
static int enough(void *arg, struct vz_err *e)
{
	*(bool *)arg = true;
	return vz_error(e, VZ_CHKPNT, -ECANCELED, "the dump is not wanted");
}

static int rehearse(const struct vz_conf *c, struct vz_err *e)
{
	bool dumped = false;
	const struct ckpt_gate gate = { .dumped = enough, .arg = &dumped };
	struct ckpt_stats st = { 0 };
	struct vz_err own = { 0 };
	char dir[PATH_MAX];
	int ret;

	snprintf(dir, sizeof(dir), "%s/Check.%u", c->dumpdir, c->id);
	ret = vz_path_remove(dir, e);
	if (ret)
		return ret;
	ret = ckpt_dump(c, dir, &gate, &st, e);
	if (vz_path_remove(dir, &own))
		vz_warn("CT %u: %s", c->id, own.msg);
	vz_error_free(&own);
	if (!dumped)
		return ret ? ret
			   : vz_error(e, VZ_CHKPNT, -EPROTO,
				      "the dump did not come to its end");
	vz_error_free(e);
	vz_say("CT %u stood still for %" PRIu64 " ms, %.1f MiB", c->id, st.frozen_us / 1000,
	       st.image_bytes / 1048576.0);
	return 0;
}

int cmd_check_migratable(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	bool freeze = argc > 1 && !strcmp(argv[1], "--freeze");
	int ret;

	if (argc > 1 + freeze)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid parameter: %s",
				argv[1 + freeze]);
	if (!vz_ve_occupied(x->id)) {
		vz_say(vz_ve_suspended(x->c) ? "CT %u is suspended: it moves with its dump"
					     : "CT %u is stopped: its files move", x->id);
		return 0;
	}
	if (vz_ve_frozen(x->id))
		return vz_error(e, VZ_FROZEN, -EBUSY,
				"CT %u is frozen: let it go on first (vzctl chkpnt %u --resume)",
				x->id, x->id);
	ret = ckpt_check(e);
	if (!ret)
		ret = ckpt_cg_check_tasks(x->id, vz_ve_init(x->id), e);
	if (!ret)
		ret = ckpt_check_states(x->id, e);
	if (!ret && freeze)
		ret = rehearse(x->c, e);
	if (!ret)
		vz_say("CT %u can be moved while it runs", x->id);
	return ret;
}
