// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl start, stop, restart. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/restore.h"
#include "libvz/cgroup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/cleanup.h"
#include "libvz/log.h"
#include "libvz/mount.h"
#include "libvz/mounted.h"
#include "libvz/owner.h"
#include "libvz/script.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "vzctl/adopt.h"
#include "vzctl/boot_wait.h"
#include "vzctl/cmd_start.h"
#include "vzctl/ctx.h"
#include "vzctl/options.h"

/* The classic bound of start --wait. */
#define BOOT_S	3600

enum { FORCE = 1, WAIT, FAST, SKIP_UMOUNT, SKIP_ARP, DRY_RUN, IGNORED };

static const struct option options[] = {
	{ "force", no_argument, NULL, FORCE }, { "wait", no_argument, NULL, WAIT },
	{ "skip_arpdetect", no_argument, NULL, SKIP_ARP },
	{ "dry-run", no_argument, NULL, DRY_RUN },
	{ "fast", no_argument, NULL, FAST }, { "skip-umount", no_argument, NULL, SKIP_UMOUNT },
	{ "skip-fsck", no_argument, NULL, IGNORED }, { "skip-remount", no_argument, NULL, IGNORED },
	{ NULL, 0, NULL, 0 },
};

char *dump_dir(const struct vz_conf *c, char *buf)
{
	/* Images are the memory of VEs: for root alone. */
	mkdir(c->dumpdir, 0700);
	return vz_dump_path(buf, c);
}

static int parse(int argc, char **argv, unsigned int allowed, unsigned int *got, struct vz_err *e)
{
	int c;

	*got = 0;
	while ((c = next_option(argc, argv, options, VZ_BADSYNTAX, e)) != -1) {
		if (c == '?')
			return e->err;
		if (c != IGNORED && c != DRY_RUN && !(allowed & 1U << c))
			return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid option: %s",
					argv[optind - 1]);
		*got |= 1U << c;
	}
	return no_more_words(argc, argv, e);
}

int start_ve(struct ctx *x, struct vz_err *e)
{
	struct ckpt_stats st = { 0 };
	struct vz_err why = { 0 };
	char dir[PATH_MAX];
	int ret;

	/* Whether DISABLED counts is the caller's knowledge; whose the VE is counts always. */
	ret = vz_owner_check(x->c, VZ_CLAIM_FORCE, e);
	if (ret)
		return ret;
	ret = vz_owner_reclaim(x->c, e);
	if (ret)
		return ret;
	if (vz_ve_occupied(x->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is already running");
	if (vz_ve_suspended(x->c)) {
		vz_say("Restoring container ...");
		ret = ckpt_restore(x->c, dump_dir(x->c, dir), NULL, &st, &why);
		if (!ret) {
			ckpt_remove(dir, NULL);
			vz_say("Container was restored");
			return 0;
		}
		vz_warn("Restoring failed, starting from scratch: %s", why.msg);
		vz_error_free(&why);
		/* The disk moves on now: the images must never be used again. */
		ckpt_abandon(x->c, dir, NULL);
	}
	ret = adopt_check_area(x->c, e);
	if (ret)
		return ret;
	ret = adopt_conf(x->c, e);
	if (ret)
		return ret;
	vz_say("Starting container...");
	ret = vz_ve_start(x->c, e);
	if (ret)
		return ret;
	vz_say("Container is mounted");
	if (x->c->ip.n) {
		cleanup_free char *text = vz_ips_text(&x->c->ip);

		vz_say("Adding IP address(es): %s", text ? text : "");
	}
	vz_say("Container start in progress...");
	return 0;
}

int stop_ve(struct ctx *x, bool fast, bool keep_mounted, struct vz_err *e)
{
	int ret;

	vz_say("Stopping container ...");
	/* One that is killed at once may be unable to run anything. */
	ret = fast || !vz_ve_answers(x->id) || vz_ve_frozen(x->id)
		      ? 0 : vz_action_inside(x->c, "stop", e);
	if (ret)
		return ret;
	ret = vz_ve_stop(x->c, fast, e);
	if (ret)
		return ret;
	vz_say("Container was stopped");
	if (keep_mounted)
		return vz_ve_mount(x->c, e);
	vz_say("Container is unmounted");
	return 0;
}

static int nothing_changed(void)
{
	vz_say("Nothing was changed");
	return 0;
}

/* What a start would find, as far as looking tells. */
static int tell_start(const struct ctx *x, bool stops, struct vz_err *e)
{
	char dir[PATH_MAX], text[VZ_IP_TEXT];
	int err;

	if (!stops && vz_ve_occupied(x->id))
		return vz_error(e, VZ_RUNNING, -EBUSY, "Container is already running");
	err = adopt_check_area(x->c, e);
	if (err)
		return err;
	for (size_t i = 0; i < x->c->ip.n; i++)
		if (vz_ip_is_foreign(x->id, &x->c->ip.ip[i]))
			return vz_error(e, VZ_IPUSED, -EADDRINUSE,
					"The IP address %s is already used by another CT",
					vz_ip_text(&x->c->ip.ip[i], text));
	if (vz_ve_suspended(x->c))
		vz_say("Container would be restored from %s", vz_dump_path(dir, x->c));
	else
		vz_say("Container would be started");
	return nothing_changed();
}

int cmd_start(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	unsigned int got;
	int ret = parse(argc, argv, 1 << FORCE | 1 << WAIT | 1 << SKIP_ARP, &got, e);

	if (ret)
		return ret;
	x->c->skip_arpdetect |= got >> SKIP_ARP & 1;
	ret = vz_owner_check(x->c, got & 1 << FORCE ? VZ_CLAIM_FORCE : VZ_CLAIM_START, e);
	if (ret)
		return ret;
	if (x->dry_run || got & 1 << DRY_RUN)
		return tell_start(x, false, e);
	ret = start_ve(x, e);
	return ret || !(got & 1 << WAIT) ? ret : boot_wait(x->id, vz_now_ms(), BOOT_S, e);
}

int cmd_stop(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	unsigned int got;
	int ret = parse(argc, argv, 1 << FAST | 1 << SKIP_UMOUNT, &got, e);

	if (ret)
		return ret;
	if (x->dry_run || got & 1 << DRY_RUN) {
		vz_say(vz_ve_occupied(x->id) ? "Container would be stopped"
				      : "Container is not running");
		return nothing_changed();
	}
	if (!vz_ve_occupied(x->id)) {
		/* An error by its text, no error by its code: the classic way. */
		vz_warn("Unable to stop: container is not running");
		return vz_ve_mounted(x->c) && !(got & 1 << SKIP_UMOUNT) ? vz_ve_umount(x->c, e) : 0;
	}
	return stop_ve(x, got & 1 << FAST, got & 1 << SKIP_UMOUNT, e);
}

int cmd_restart(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	unsigned int got;
	int ret = parse(argc, argv, 1 << FORCE | 1 << WAIT | 1 << FAST | 1 << SKIP_ARP, &got, e);

	if (ret)
		return ret;
	x->c->skip_arpdetect |= got >> SKIP_ARP & 1;
	ret = vz_owner_check(x->c, got & 1 << FORCE ? VZ_CLAIM_FORCE : VZ_CLAIM_START, e);
	if (ret)
		return ret;
	if (x->dry_run || got & 1 << DRY_RUN)
		return tell_start(x, true, e);
	vz_say("Restarting container");
	if (vz_ve_occupied(x->id)) {
		ret = stop_ve(x, got & 1 << FAST, false, e);
		if (ret)
			return ret;
	}
	ret = start_ve(x, e);
	return ret || !(got & 1 << WAIT) ? ret : boot_wait(x->id, vz_now_ms(), BOOT_S, e);
}
