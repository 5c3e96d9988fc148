// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QUERY, at the destination. Who asks has given the old connection up, so the process
 * that still waits at it is told to do so too; from then on it cannot be granted anything,
 * and what its journal says is the answer. The lock of the VE is ours meanwhile.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/state.h"
#include "vzmigrate/answer.h"
#include "vzmigrate/frame.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/host.h"
#include "vzmigrate/place.h"
#include "vzmigrate/receive_run.h"

#define EVICT_US	20000000
#define STEP_US		100000
#define RELEASED_MS	120000

static bool is_ours(const struct journal *j, const Wire__Query *q)
{
	return !j->source && !memcmp(j->uuid, q->uuid.data, sizeof(j->uuid)) &&
	       j->generation == q->generation;
}

/* -ENOENT without touching e: nothing of that hand-over is here. */
static int read_ours(const Wire__Query *q, struct journal *j, struct vz_err *e)
{
	int ret = journal_read(q->veid, j, e);

	return ret ? ret : is_ours(j, q) ? 0 : -ENOENT;
}

/* -EBUSY: somebody is at work on the VE and goes on. */
static int take_lock(const struct vz_conf *c, const Wire__Query *q, struct vz_err *e)
{
	int ret = vz_lock(c, "migrating", e);

	for (int left = EVICT_US; ret == -EBUSY && left > 0; left -= STEP_US) {
		struct journal j;

		vz_error_free(e);
		/* From GRANTED on it has a VE to start, and lets go of the lock by itself. */
		if (!read_ours(q, &j, e) && journal_alive(&j) && j.state < JOURNAL_GRANTED)
			kill(j.pid, SIGUSR1);
		vz_error_free(e);
		usleep(STEP_US);
		ret = vz_lock(c, "migrating", e);
	}
	return ret;
}

static int say(struct wire *w, enum wire_word word, struct vz_err *e)
{
	char host[HOST_IDENTITY];
	Wire__State m = WIRE__STATE__INIT;
	int ret = host_identity(host, e);

	m.word = word;
	m.host = host;
	return ret ? ret : wire_send(w, WIRE_STATE, &m.base, NULL, 0, e);
}

/* After RUNS. */
static int await_release(struct wire *w, struct journal *j, const struct vz_conf *c,
			 struct vz_err *e)
{
	cleanup_frame struct wire_frame f = { 0 };
	struct vz_err own = { 0 };
	struct hand_step step;
	int ret;

	w->timeout_ms = RELEASED_MS;
	ret = wire_recv(w, &f, &own);
	step = hand_step(hand_of_journal(j), hand_heard(w, ret, &f));
	vz_error_free(&own);
	if (step.outcome != HAND_CLOSE)
		return hand_enter(&step, j, e);
	if (vz_ve_answers(c->id) && vz_ve_net_up(c, true, &own))
		vz_warn("VE %u: %s", c->id, own.msg);
	vz_error_free(&own);
	ret = place_finish(c, e);
	return ret ? ret : wire_send(w, WIRE_DONE, NULL, NULL, 0, e);
}

static int answer(struct wire *w, struct journal *j, enum hand_state s, struct vz_err *e)
{
	struct hand_step step = hand_step(s, HAND_EV_QUERY);
	cleanup_conf struct vz_conf *c = NULL;
	bool ran = false;
	int ret = step.outcome == HAND_UNKNOWN ? 0 : place_conf_load(j->id, &c, e);

	if (!ret && step.outcome == HAND_ANSWER) {
		ret = dst_run(j, c, &ran, e);
		if (ret)
			vz_warn("VE %u was given to this host, and does not start: %s", j->id,
				e->msg);
		if (ret && ran) {
			vz_error_free(e);
			step = hand_step(s, HAND_EV_RAN);
			ret = hand_enter(&step, j, e);
		} else if (ret) {
			vz_error_free(e);
			ret = dst_disown(j, c, e);
			step = hand_step(hand_of_journal(j), HAND_EV_QUERY);
		}
	}
	if (!ret && step.outcome == HAND_DENY)
		ret = place_discard(j, c, false, e);
	if (ret)
		return ret;
	if (step.outcome == HAND_DENY || step.outcome == HAND_UNKNOWN)
		return say(w, WIRE_NOT_HERE, e);
	ret = say(w, WIRE_RUNS, e);
	return ret ? ret : await_release(w, j, c, e);
}

int dst_answer(struct wire *w, const Wire__Query *q, struct vz_err *e)
{
	cleanup_conf struct vz_conf *here = NULL;
	struct journal j;
	int ret;

	if (!q->veid || q->veid > VE_ID_MAX || q->uuid.len != sizeof(j.uuid))
		return vz_error(e, VZ_CONNECT, -EPROTO, "bad question from the source");
	ret = vz_conf_new(q->veid, &here, e);
	if (ret)
		return ret;
	ret = take_lock(here, q, e);
	if (ret == -EBUSY) {
		vz_error_free(e);
		return say(w, WIRE_BUSY, e);
	}
	if (ret)
		return ret;
	ret = read_ours(q, &j, e);
	if (!ret || ret == -ENOENT)
		ret = answer(w, &j, ret ? HAND_D_NONE : hand_of_journal(&j), e);
	vz_unlock(here);
	return ret;
}
