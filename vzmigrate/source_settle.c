// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The source after the process that moved the VE has lost its peer, or its life.
 * Each effect can be done again after a crash in it; the journal goes last.
 */
#include <errno.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/owner.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "vzmigrate/ask.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/source_clean.h"
#include "vzmigrate/source_settle.h"

#define AGAIN_US	2000000

/* What is frozen goes on, with its network; -ESRCH is that it was not frozen. */
static int go_on(const struct vz_conf *c, const struct journal *j, struct vz_err *e)
{
	int ret;

	if (!vz_ve_answers(j->id) || j->state == JOURNAL_COPYING)
		return 0;
	ret = ckpt_resume(c, e);
	if (ret == -ESRCH) {
		vz_error_free(e);
		ret = 0;
	}
	return ret ? ret : vz_ve_net_up(c, true, e);
}

int src_take_back(struct journal *j, bool start, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	bool ran = j->mode == MIG_RESTART || (j->mode == MIG_ONLINE && j->state >= JOURNAL_GRANTED);
	int ret = vz_conf_load(j->id, &c, e);

	if (!ret)
		ret = src_undo_grant(c, j, e);
	if (!ret)
		ret = go_on(c, j, e);
	if (!ret)
		ret = place_images_remove(c, e);
	if (!ret)
		ret = journal_remove(j->id, e);
	if (ret || !start || !ran || vz_ve_occupied(j->id))
		return ret;
	ret = vz_owner_check(c, VZ_CLAIM_START, e);
	return ret ? ret : vz_ve_start(c, e);
}

static int end_here(const struct vz_conf *c, struct vz_err *e)
{
	int ret;

	if (!vz_ve_occupied(c->id))
		return 0;
	ret = vz_ve_net_down(c, e);
	if (!ret)
		ret = ckpt_discard(c, e);
	if (ret != -ESRCH)
		return ret;
	vz_error_free(e);
	return 0;
}

/* Its files were on the destination's disk before it was given. */
static int clean(struct journal *j, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret = vz_conf_load(j->id, &c, e);

	/* It goes before the journal does. */
	if (ret) {
		vz_error_free(e);
		ret = vz_conf_new(j->id, &c, e);
	}
	if (!ret)
		ret = end_here(c, e);
	return ret ? ret : src_clean_up(c, j, !j->remove, e);
}

int src_give_up(struct journal *j, struct vz_err *e)
{
	return clean(j, e);
}

static int release(struct journal *j, const struct hand_step *step, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret = hand_enter(step, j, e);

	if (!ret)
		ret = vz_conf_load(j->id, &c, e);
	return ret ? ret : end_here(c, e);
}

static int ask_until(struct ask *a, const struct journal *j, uint64_t end_us, enum hand_event *ev,
		     struct vz_err *e)
{
	for (;;) {
		int ret = ask_peer(a, j, ev, e);

		if (!ret && *ev != HAND_EV_BUSY)
			return 0;
		if (!ret)
			ret = vz_error(e, VZ_LOCKED, -EBUSY, "%s is still at work on VE %u",
				       j->peer, j->id);
		if (ret == -ESTALE || vz_now_us() + AGAIN_US > end_us)
			return ret;
		vz_debug("VE %u: %s", j->id, e->msg);
		vz_error_free(e);
		usleep(AGAIN_US);
	}
}

static int settle(struct journal *j, struct ask *a, uint64_t end_us, bool start,
		  enum settle_end *end, struct vz_err *e)
{
	enum hand_state s = hand_of_journal(j);
	enum hand_event ev = HAND_EV_DEAD;

	for (;;) {
		struct hand_step step = hand_step(s, ev);
		int ret;

		switch (step.outcome) {
		case HAND_ASK:
			ret = ask_until(a, j, end_us, &ev, e);
			break;
		case HAND_RELEASE:
			ret = release(j, &step, e);
			if (!ret)
				ev = ask_release(a);
			/* The tasks are gone; the rest waits for a peer that hears it. */
			if (!ret && ev != HAND_EV_DONE && vz_now_us() > end_us)
				ret = vz_error(e, VZ_CONNECT, -ECONNRESET,
					       "%s runs VE %u, and did not confirm that we let go",
					       j->peer, j->id);
			break;
		case HAND_CLEAN:
			*end = SETTLE_GONE;
			return clean(j, e);
		case HAND_BACK:
			*end = SETTLE_BACK;
			return src_take_back(j, start, e);
		default:
			return vz_error(e, VZ_SYSTEM, -EPROTO, "VE %u: no way from %s over %s",
					j->id, hand_state_name(s), hand_event_name(ev));
		}
		if (ret)
			return ret;
		s = step.next;
	}
}

int src_settle(struct journal *j, unsigned int seconds, bool start, enum settle_end *end,
	       struct vz_err *e)
{
	struct ask a = { .ssh = { .in = -1, .out = -1 } };
	int ret = settle(j, &a, vz_now_us() + seconds * 1000000ULL, start, end, e);

	ask_close(&a);
	return ret;
}
