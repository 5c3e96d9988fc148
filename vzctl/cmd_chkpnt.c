// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl chkpnt (suspend) and restore (resume). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/restore.h"
#include "checkpoint/suspend.h"
#include "include/vz/abi.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/owner.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "vzctl/cmd_chkpnt.h"
#include "vzctl/cmd_start.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"

enum { SUSPEND = 1, DUMP, RESUME, KILL, UNDUMP, DUMPFILE, SKIP_CPU, IGNORED };

/* In time for a person, too long for a task that is only slow. */
#define FREEZE_MS	10000

static const struct option options[] = {
	{ "suspend", no_argument, NULL, SUSPEND },
	{ "dump", no_argument, NULL, DUMP },
	{ "resume", no_argument, NULL, RESUME },
	{ "kill", no_argument, NULL, KILL },
	{ "undump", no_argument, NULL, UNDUMP },
	{ "dumpfile", required_argument, NULL, DUMPFILE },
	{ "flags", required_argument, NULL, IGNORED },
	{ "context", required_argument, NULL, IGNORED },
	{ "skip-cpu", no_argument, NULL, SKIP_CPU },
	{ "skip_arpdetect", no_argument, NULL, IGNORED },
	{ "skip-fsck", no_argument, NULL, IGNORED },
	{ "skip-remount", no_argument, NULL, IGNORED },
	{ NULL, 0, NULL, 0 },
};

struct args {
	int action;
	bool skip_cpu;
	const char *dir;
	char buf[PATH_MAX];
};

static int parse(struct ctx *x, int argc, char **argv, struct args *a, struct vz_err *e)
{
	int c;

	a->action = 0;
	a->skip_cpu = false;
	a->dir = dump_dir(x->c, a->buf);
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		if (c == DUMPFILE)
			a->dir = optarg;
		if (c == SKIP_CPU)
			a->skip_cpu = true;
		if (c == DUMPFILE || c == SKIP_CPU || c == IGNORED)
			continue;
		if (a->action)
			return vz_error(e, VZ_BADSYNTAX, -EINVAL,
					"Only one of the actions can be given");
		a->action = c;
	}
	return no_more_words(argc, argv, e);
}

/* A tree that a checkpoint left frozen needs its hold ended as well; others are just frozen. */
static int thaw_ve(struct ctx *x, struct vz_err *e)
{
	int ret = vz_owner_check(x->c, VZ_CLAIM_RESUME, e);

	if (!ret)
		ret = ckpt_resume(x->c, e);
	if (ret != -ESRCH)
		return ret;
	vz_error_free(e);
	return vz_ve_thaw(x->id, e);
}

static int kill_ve(struct ctx *x, struct vz_err *e)
{
	int ret = ckpt_discard(x->c, e);

	if (ret == -ESRCH) {
		vz_error_free(e);
		ret = vz_ve_kill(x->id, e);
	}
	if (!ret)
		ret = vz_ve_wait_state(x->id, VE_STOPPED, 10000, e);
	if (!ret)
		ret = vz_ve_cleanup(x->c, e);
	if (!ret)
		vz_say("Container was killed");
	return ret;
}

static void say_dumped(const struct args *a, const struct ckpt_stats *st)
{
	vz_say("Container was suspended: frozen %.2f s, %.1f MB written to %s", st->frozen_us / 1e6,
	       st->image_bytes / 1048576.0, a->dir);
}

static int stay_frozen(void *arg, struct vz_err *e)
{
	return CKPT_LEAVE_FROZEN;
}

/* The step between --suspend and --kill, or --resume, which throws it away. */
static int dump_frozen(struct ctx *x, const struct args *a, struct vz_err *e)
{
	static const struct ckpt_gate gate = { .dumped = stay_frozen };
	struct ckpt_stats st = { 0 };
	int ret;

	if (!vz_ve_frozen(x->id))
		return vz_error(e, VZ_CHKPNT, -EINVAL,
				"Container is not suspended: vzctl chkpnt %u --suspend first",
				x->id);
	vz_say("Dumping container ...");
	ret = ckpt_dump(x->c, a->dir, &gate, &st, e);
	if (ret != CKPT_LEAVE_FROZEN)
		return ret;
	vz_error_free(e);
	say_dumped(a, &st);
	return 0;
}

int cmd_chkpnt(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct ckpt_stats st = { 0 };
	struct args a;
	int ret = parse(x, argc, argv, &a, e);

	if (ret)
		return ret;
	if (!vz_ve_answers(x->id))
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	switch (a.action) {
	case SUSPEND:
		vz_say("Suspending container ...");
		return ckpt_suspend(x->id, FREEZE_MS, e);
	case DUMP:
		return dump_frozen(x, &a, e);
	case RESUME:
		vz_say("Resuming container ...");
		return thaw_ve(x, e);
	case KILL:
		return kill_ve(x, e);
	case UNDUMP:
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "chkpnt has no such action");
	}
	vz_say("Setting up checkpoint...");
	ret = ckpt_dump(x->c, a.dir, NULL, &st, e);
	if (ret)
		return ret;
	ret = vz_ve_cleanup(x->c, e);
	if (ret)
		return ret;
	vz_say("Checkpointing completed successfully");
	say_dumped(&a, &st);
	return 0;
}

int cmd_restore(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct ckpt_gate gate = { 0 };
	struct ckpt_stats st = { 0 };
	struct args a;
	int ret = parse(x, argc, argv, &a, e);

	if (ret)
		return ret;
	if (a.action == RESUME || a.action == KILL) {
		enum ve_state state = vz_ve_state(x->id);

		if (state == VE_STOPPED)
			return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
		/* Without its limits, it must not run. */
		if (state == VE_RESTORING && a.action == RESUME)
			return vz_error(e, VZ_NOTRUNNING, -EINVAL,
					"A restore of this container did not come to its end: "
					"--kill it, then restore it again");
		return a.action == KILL ? kill_ve(x, e) : thaw_ve(x, e);
	}
	if (a.action && a.action != UNDUMP)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "restore has no such action");
	ret = vz_owner_check(x->c, VZ_CLAIM_START, e);
	if (ret)
		return ret;
	ret = vz_owner_reclaim(x->c, e);
	if (ret)
		return ret;
	if (vz_ve_occupied(x->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is already running");
	if (access(a.dir, F_OK))
		return vz_error(e, VZ_RESTORE, -ENOENT, "Container is not suspended: there is no "
				"dump %s", a.dir);
	vz_say("Restoring container ...");
	gate.any_cpu = a.skip_cpu;
	gate.leave_frozen = a.action == UNDUMP;
	ret = ckpt_restore(x->c, a.dir, &gate, &st, e);
	if (ret)
		return ret;
	vz_say("Container is mounted");
	if (a.action == UNDUMP) {
		vz_say("Container was undumped in %.2f s and is frozen: --resume lets it go on",
		       st.restore_us / 1e6);
		return 0;
	}
	ckpt_remove(a.dir, NULL);
	vz_say("Restoring completed successfully in %.2f s", st.restore_us / 1e6);
	return 0;
}
