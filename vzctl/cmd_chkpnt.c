// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl chkpnt (suspend) and restore (resume). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include "checkpoint/checkpoint.h"
#include "libvz/log.h"
#include "libvz/ve.h"
#include "vzctl/vzctl.h"

enum { SUSPEND = 1, DUMP, RESUME, KILL, UNDUMP, DUMPFILE, IGNORED };

/* In time for a person, too long for a task that is only slow. */
#define FREEZE_MS	10000

static const struct option options[] = {
	{ "suspend", no_argument, NULL, SUSPEND }, { "dump", no_argument, NULL, DUMP },
	{ "resume", no_argument, NULL, RESUME }, { "kill", no_argument, NULL, KILL },
	{ "undump", no_argument, NULL, UNDUMP }, { "dumpfile", required_argument, NULL, DUMPFILE },
	{ "flags", required_argument, NULL, IGNORED }, { "context", required_argument, NULL, IGNORED },
	{ "skip_arpdetect", no_argument, NULL, IGNORED },
	{ "skip-fsck", no_argument, NULL, IGNORED }, { "skip-remount", no_argument, NULL, IGNORED },
	{ NULL, 0, NULL, 0 },
};

struct args {
	int action;
	const char *dir;
	char buf[PATH_MAX];
};

static int parse(struct ctx *x, int argc, char **argv, struct args *a, struct vz_err *e)
{
	int c;

	a->action = 0;
	a->dir = dump_dir(x->c, a->buf);
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		if (c == DUMPFILE)
			a->dir = optarg;
		if (c == DUMPFILE || c == IGNORED)
			continue;
		if (a->action)
			return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Only one of the actions can be given");
		a->action = c;
	}
	/* The steps between frozen and written have no state of their own here. */
	if (a->action == DUMP || a->action == UNDUMP)
		return vz_error(e, VZ_BADSYNTAX, -EOPNOTSUPP, "--%s as a step of its own is not supported: "
				"use chkpnt and restore without it", a->action == DUMP ? "dump" : "undump");
	return no_more_words(argc, argv, e);
}

/* A tree that a checkpoint left frozen needs its hold ended as well; others are just frozen. */
static int thaw_ve(struct ctx *x, struct vz_err *e)
{
	int ret = ckpt_resume(x->c, e);

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

int cmd_chkpnt(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct ckpt_stats st = { 0 };
	struct args a;
	int ret = parse(x, argc, argv, &a, e);

	if (ret)
		return ret;
	if (vz_ve_state(x->id) != VE_RUNNING)
		return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
	switch (a.action) {
	case SUSPEND:
		vz_say("Suspending container ...");
		return vz_ve_freeze(x->id, FREEZE_MS, e);
	case RESUME:
		vz_say("Resuming container ...");
		return thaw_ve(x, e);
	case KILL:
		return kill_ve(x, e);
	}
	vz_say("Setting up checkpoint...");
	ret = ckpt_dump(x->c, a.dir, NULL, &st, e);
	if (!ret)
		ret = vz_ve_cleanup(x->c, e);
	if (ret)
		return ret;
	vz_say("Checkpointing completed successfully");
	vz_say("Container was suspended: frozen %.2f s, %.1f MB written to %s", st.frozen_us / 1e6,
	       st.image_bytes / 1048576.0, a.dir);
	return 0;
}

int cmd_restore(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	struct ckpt_stats st = { 0 };
	struct args a;
	int ret = parse(x, argc, argv, &a, e);

	if (ret)
		return ret;
	if (a.action == RESUME || a.action == KILL) {
		if (vz_ve_state(x->id) == VE_STOPPED)
			return vz_error(e, VZ_NOTRUNNING, -ESRCH, "Container is not running");
		return a.action == KILL ? kill_ve(x, e) : thaw_ve(x, e);
	}
	if (a.action)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL, "restore has no such action");
	if (vz_ve_state(x->id) != VE_STOPPED)
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is already running");
	vz_say("Restoring container ...");
	ret = ckpt_restore(x->c, a.dir, NULL, &st, e);
	if (ret)
		return ret;
	ckpt_remove(a.dir, NULL);
	vz_say("Container is mounted");
	vz_say("Restoring completed successfully in %.2f s", st.restore_us / 1e6);
	return 0;
}
