// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-over while its connection stands: handover.def says what follows what.
 * Until GRANT is in the journal the VE is ours and every fault leads back. From
 * then on only the destination's word does; when that does not come,
 * source_settle.c asks for it.
 */
#include <errno.h>
#include <stdio.h>
#include "checkpoint/gate.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/marks.h"
#include "libvz/net_host.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/host.h"
#include "libvz/journal.h"
#include "vzmigrate/mode.h"
#include "vzmigrate/source_clean.h"
#include "vzmigrate/source_hand.h"
#include "vzmigrate/source_limit.h"
#include "vzmigrate/source_state.h"
#include "vzmigrate/wire.pb-c.h"

#define PREPARE_MS	300000
#define START_MS	300000	/* a cold start at the destination */

static int prepare(struct mig_src *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	Wire__Prepare m = WIRE__PREPARE__INIT;
	uint64_t asked;
	int ret;

	vz_mark("the destination restores");
	asked = vz_now_us();
	m.mode = s->mode;
	m.generation = s->j.generation;
	ret = wire_send(&s->w, WIRE_PREPARE, &m.base, NULL, 0, e);
	if (!ret)
		ret = limit_check(s, "all sent", PREPARE_MS, e);
	if (!ret)
		ret = wire_expect(&s->w, WIRE_PREPARED, &f, e);
	/* It may have been too late for the promise alone. */
	if (!ret || ret == -ETIMEDOUT) {
		int late = limit_check(s, "restore", PREPARE_MS, e);

		ret = late ? late : ret;
	}
	if (ret)
		return wire_why(&s->w, ret, e);
	timeline_there(&s->timeline, (const Wire__Figures *)f.msg, asked);
	return 0;
}

/*
 * From here on this host must not start the VE by itself, whatever happens to
 * this process or to the host: the journal says so, and DISABLED to older tools.
 */
static int let_go(struct mig_src *s, struct vz_err *e)
{
	int ret = s->mode == MIG_COLD ? 0 : host_proxy(s->c, false, e);

	if (!ret && !s->c->disabled) {
		ret = vz_conf_set(s->c, "DISABLED", "yes", e);
		if (!ret)
			ret = vz_conf_save(s->c, e);
	}
	return ret;
}

static int not_given(struct mig_src *s, int err, struct vz_err *e)
{
	struct vz_err own = { 0 };

	if (src_undo_grant(s->c, &s->j, &own) ||
	    (s->mode != MIG_COLD && host_proxy(s->c, true, &own)))
		vz_warn("VE %u: %s", s->c->id, own.msg);
	vz_error_free(&own);
	s->j.state = s->mode == MIG_ONLINE ? JOURNAL_FROZEN : JOURNAL_COPYING;
	if (journal_write(&s->j, &own))
		vz_warn("VE %u: %s", s->c->id, own.msg);
	vz_error_free(&own);
	s->hand = hand_of_journal(&s->j);
	return err == CKPT_LEAVE_FROZEN ? -EIO : err;
}

/* What the table says about an event, with its journal written. */
static int step_on(struct mig_src *s, enum hand_event ev, struct hand_step *step, struct vz_err *e)
{
	int ret;

	*step = hand_step(s->hand, ev);
	ret = hand_enter(step, &s->j, e);
	if (!ret)
		s->hand = step->next;
	return ret;
}

static int give(struct mig_src *s, struct vz_err *e)
{
	struct hand_step step;
	int ret;

	s->j.disabled = s->c->disabled;
	vz_mark("journal: given away");
	ret = step_on(s, HAND_EV_PREPARED, &step, e);
	if (ret)	/* it may be on disk all the same */
		return not_given(s, ret, e);
	ret = let_go(s, e);
	return ret ? not_given(s, ret, e) : 0;
}

/* It runs there. Without a journal that says so the destination must not forget it yet. */
static void release(struct mig_src *s, int err, struct vz_err *e)
{
	s->confirmed = true;
	if (err) {
		vz_warn("VE %u: %s", s->c->id, e->msg);
		vz_error_free(e);
		s->silent = true;
		return;
	}
	if (s->mode != MIG_COLD && vz_ve_net_down(s->c, e))
		vz_warn("VE %u: %s", s->c->id, e->msg);
	vz_error_free(e);
	if (wire_send(&s->w, WIRE_RELEASED, NULL, NULL, 0, e))
		s->silent = true;
	vz_error_free(e);
}

static int grant(struct mig_src *s, struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	Wire__Grant m = WIRE__GRANT__INIT;
	struct vz_err own = { 0 };
	struct hand_step step;
	enum hand_event heard;
	uint64_t asked;
	int ret, err;

	ret = give(s, e);
	if (ret)
		return ret;
	vz_mark("the destination takes over");
	asked = vz_now_us();
	m.generation = s->j.generation;
	s->w.timeout_ms = s->mode == MIG_RESTART ? START_MS : PREPARE_MS;
	ret = wire_send(&s->w, WIRE_GRANT, &m.base, NULL, 0, e);
	if (!ret)
		ret = wire_expect(&s->w, WIRE_RESUMED, &f, e);
	/* The link may be gone, but the destination's last word may not. */
	if (ret)
		ret = wire_why(&s->w, ret, e);
	heard = hand_heard(&s->w, ret, &f);
	if (!ret)
		timeline_there(&s->timeline, (const Wire__Figures *)f.msg, asked);
	err = step_on(s, heard, &step, &own);
	switch (step.outcome) {
	case HAND_RELEASE:
		release(s, err, &own);
		return 0;
	case HAND_BACK:
		return not_given(s, ret, e);
	default:
		s->lost = true;
		return CKPT_LEAVE_FROZEN;
	}
}

int src_hand_over(struct mig_src *s, struct vz_err *e)
{
	struct hand_step step;
	int ret;

	src_phase(s, PHASE_RESTORE);
	ret = step_on(s, HAND_EV_COPIED, &step, e);
	if (!ret)
		ret = prepare(s, e);
	if (ret)
		return ret == CKPT_LEAVE_FROZEN ? -EIO : ret;
	src_phase(s, PHASE_HANDOVER);
	return grant(s, e);
}
