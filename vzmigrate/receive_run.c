// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What became of a VE that was given to this host shows in three places: its state in
 * the kernel, its freezer, and the marker of its images, which goes right before the
 * first instruction. From any mixture of them there is one way forward.
 */
#include <errno.h>
#include <limits.h>
#include "checkpoint/dump.h"
#include "checkpoint/gate.h"
#include "checkpoint/restore.h"
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/owner.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "libvz/stop.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/receive_run.h"

/* Rebuilt, limited, and its images marked as used: only the thaw is missing. */
static int thaw(const struct vz_conf *c, struct vz_err *e)
{
	int ret = 0;

	if (vz_ve_state(c->id) == VE_RESTORING)
		ret = vz_ve_set_state(c->id, VE_RUNNING, e);
	if (!ret && vz_ve_frozen(c->id))
		ret = ckpt_resume(c, e);
	return ret ? ret : vz_ve_net_up(c, true, e);
}

static int from_images(const struct vz_conf *c, const char *images, struct vz_err *e)
{
	const struct ckpt_gate gate = { .any_cpu = false };
	struct ckpt_stats st = { 0 };

	return ckpt_restore(c, images, &gate, &st, e);
}

static int from_nothing(const struct journal *j, const struct vz_conf *c, bool *ran,
			struct vz_err *e)
{
	char images[PATH_MAX];
	int ret = vz_owner_reclaim(c, e);

	if (ret)
		return ret;
	ret = vz_ve_cleanup(c, e);
	if (ret)
		return ret;
	if (j->mode == MIG_ONLINE && ckpt_complete(place_images(images, c), c->id)) {
		ret = from_images(c, images, e);
		*ran = !ckpt_complete(images, c->id);
		if (!ret || !*ran)
			return ret;
		vz_warn("VE %u: %s: starting it without its memory", c->id, e->msg);
		vz_error_free(e);
	}
	*ran = true;
	return vz_ve_start(c, e);
}

int dst_run(const struct journal *j, const struct vz_conf *c, bool *ran, struct vz_err *e)
{
	enum ve_state state = vz_ve_state(c->id);
	char images[PATH_MAX];
	bool used = j->mode == MIG_ONLINE && !ckpt_complete(place_images(images, c), c->id);
	int ret = place_own(c, e);

	*ran = used;
	if (ret || j->mode == MIG_COLD)
		return ret;
	if (state == VE_RUNNING || (state == VE_RESTORING && used && vz_ve_frozen(c->id)))
		return thaw(c, e);
	return from_nothing(j, c, ran, e);
}

int dst_disown(struct journal *j, const struct vz_conf *c, struct vz_err *e)
{
	struct hand_step step = hand_step(hand_of_journal(j), HAND_EV_FAILED);

	place_disown(c);
	return hand_enter(&step, j, e);
}

/* FINISH, and what follows. */
static int finish(struct journal *j, const struct vz_conf *c, struct vz_err *e)
{
	struct hand_step step;
	bool ran;
	int ret = dst_run(j, c, &ran, e);

	if (ret && !ran) {
		vz_warn("VE %u cannot run here and goes back: %s", j->id, e->msg);
		vz_error_free(e);
		ret = dst_disown(j, c, e);
		return ret ? ret : place_discard(j, c, false, e);
	}
	if (ret) {
		vz_warn("VE %u is this host's, and cannot be started: %s", j->id, e->msg);
		vz_error_free(e);
	}
	step = hand_step(hand_of_journal(j), ret ? HAND_EV_RAN : HAND_EV_LOST);
	return hand_enter(&step, j, e);
}

int dst_settle(struct journal *j, bool keep, struct vz_err *e)
{
	struct hand_step step = hand_step(hand_of_journal(j), HAND_EV_DEAD);
	cleanup_conf struct vz_conf *c = NULL;
	int ret = place_conf_load(j->id, &c, e);

	if (ret)
		return ret;
	switch (step.outcome) {
	case HAND_DISCARD:
		return place_discard(j, c, keep, e);
	case HAND_FINISH:
		return finish(j, c, e);
	default:	/* KEEP: the source will ask */
		return hand_enter(&step, j, e);
	}
}
