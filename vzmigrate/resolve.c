// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --status, --abort, --resume and --resolve: what an operator sees and does when a
 * migration lost its link or its process. Nothing of it is needed but for a peer that
 * never returns: then --resolve says what nobody else can know.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "checkpoint/dump.h"
#include "include/vz/abi.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/lock.h"
#include "libvz/log.h"
#include "libvz/net_host.h"
#include "libvz/owner.h"
#include "libvz/start.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "libvz/journal.h"
#include "vzmigrate/handover.h"
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/receive_run.h"
#include "vzmigrate/resolve.h"
#include "vzmigrate/source_settle.h"

#define ASK_S	60
#define ABORT_S	120

static const char *state_word(enum ve_state s)
{
	static const char *const words[] = {
#define STATE_WORD(name)	[VE_##name] = #name,
		VE_STATES(STATE_WORD)
#undef STATE_WORD
	};

	return s < VE_NR_STATES ? words[s] : "?";
}

static const char *advice(const struct journal *j)
{
	if (journal_alive(j))
		return j->state < JOURNAL_GRANTED ? "under way: --abort ends it" : "under way";
	switch (hand_step(hand_of_journal(j), HAND_EV_DEAD).outcome) {
	case HAND_BACK:
		return "broken off, the VE is this host's: vzeventd lets it go on, or --abort at once";
	case HAND_ASK:
		if (j->state == JOURNAL_RELEASED)
			return "the VE is the peer's, which has not confirmed yet: vzeventd asks, or --resume at once";
		return "not decided until the peer answers: vzeventd asks, or --resume at once; "
		       "for a peer that never returns --resolve take-back, or dst-runs when it runs there";
	case HAND_DISCARD:
		return "broken off, the VE is the peer's: vzeventd removes what came, or --abort at once";
	case HAND_FINISH:
		return "this host was given the VE: vzeventd starts it, or --resume at once";
	default:
		return "this host owns the VE, the peer has not heard of it: it will ask; "
			"for a peer that never returns --resolve keep";
	}
}

static int show(unsigned int id, struct vz_err *e)
{
	struct journal j;
	int ret = journal_read(id, &j, e);

	if (ret == -ENOENT) {
		vz_say("VE %u: %s here, no migration under way", id, state_word(vz_ve_state(id)));
		return 0;
	}
	if (ret)
		return ret;
	vz_say("VE %u: %s here; migration %s %s: %s; %s", id, state_word(vz_ve_state(id)),
	       j.source ? "to" : "from", j.peer, journal_state_name(j.state), advice(&j));
	return 0;
}

int mig_status(unsigned int id, struct vz_err *e)
{
	cleanup_free unsigned int *ids = NULL;
	size_t n = 0;
	int ret;

	if (id)
		return show(id, e);
	ret = journal_list(&ids, &n, e);
	for (size_t i = 0; !ret && i < n; i++)
		ret = show(ids[i], e);
	return ret;
}

/* ---- resolve ------------------------------------------------------------------ */

static int wrong(const struct journal *j, const char *what, struct vz_err *e)
{
	return vz_error(e, VZ_BADSYNTAX, -EINVAL,
			"%s does not fit: this host is the %s, and the migration is %s", what,
			j->source ? "source" : "destination", journal_state_name(j->state));
}

static int dst_runs(struct journal *j, struct vz_err *e)
{
	int ret;

	if (hand_step(hand_of_journal(j), HAND_EV_GIVE_UP).outcome != HAND_CLEAN)
		return wrong(j, "dst-runs", e);
	ret = src_give_up(j, e);
	if (!ret)
		vz_say("VE %u is gone from here", j->id);
	return ret;
}

static int tell_back(const struct journal *j)
{
	vz_say(vz_ve_answers(j->id) ? "VE %u goes on here" : "VE %u is here, stopped",
	       j->id);
	return 0;
}

static int take_back(struct journal *j, struct vz_err *e)
{
	int ret;

	if (hand_step(hand_of_journal(j), HAND_EV_TAKE_BACK).outcome != HAND_BACK)
		return wrong(j, "take-back", e);
	ret = src_take_back(j, false, e);
	return ret ? ret : tell_back(j);
}

static int keep(struct journal *j, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	if (hand_step(hand_of_journal(j), HAND_EV_OWN).outcome == HAND_REFUSE)
		return wrong(j, "keep", e);
	if (vz_ve_state(j->id) == VE_RESTORING)
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"VE %u is half restored here and has not run: "
				"discard it here, then take-back at the source",
				j->id);
	ret = place_conf_load(j->id, &c, e);
	if (!ret)
		ret = place_own(c, e);
	/* All was done but the last step. */
	if (!ret && vz_ve_answers(j->id) && vz_ve_frozen(j->id))
		ret = ckpt_resume(c, e);
	if (!ret && vz_ve_answers(j->id))
		ret = vz_ve_net_up(c, true, e);
	if (!ret)
		ret = place_finish(c, e);
	if (!ret)
		vz_say(vz_ve_answers(j->id) ? "VE %u is this host's"
		       : vz_ve_suspended(c)
			       ? "VE %u is this host's, suspended: vzctl restore lets it go on"
			       : "VE %u is this host's; it does not run: vzctl start it",
		       j->id);
	return ret;
}

static int discard(struct journal *j, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	if (hand_step(hand_of_journal(j), HAND_EV_DROP).outcome == HAND_REFUSE)
		return wrong(j, "discard", e);
	ret = place_conf_load(j->id, &c, e);
	if (ret)
		return ret;
	if (j->state >= JOURNAL_GRANTED)
		place_disown(c);
	ret = place_discard(j, c, false, e);
	if (!ret)
		vz_say("nothing of VE %u is left here", j->id);
	return ret;
}

/* What the daemon asks for at boot: what can be said without the network. */
static int at_boot(struct journal *j, struct vz_err *e)
{
	if (!j->source)
		return dst_settle(j, false, e);
	return j->state < JOURNAL_GRANTED ? src_take_back(j, false, e) : 0;
}

static int settle(struct journal *j, unsigned int seconds, struct vz_err *e)
{
	enum settle_end end;
	int ret;

	if (!j->source)
		return dst_settle(j, false, e);
	ret = src_settle(j, seconds, true, &end, e);
	if (ret)
		return ret;
	if (end == SETTLE_BACK)
		return tell_back(j);
	vz_say("VE %u is at %s", j->id, j->peer);
	return 0;
}

/* The same on a host that goes on. The peer is asked once: there will be a next time. */
static int by_daemon(struct journal *j, struct vz_err *e)
{
	return settle(j, 0, e);
}

static int resume(struct journal *j, struct vz_err *e)
{
	return settle(j, ASK_S, e);
}

static int too_late(const struct journal *j, struct vz_err *e)
{
	return vz_error(e, VZ_BADSYNTAX, -EINVAL,
			"the migration of VE %u is %s, which is too late to abort it: "
			"vzmigrate --resume %u brings it to its end", j->id,
			journal_state_name(j->state), j->id);
}

/* Of a process that is alive abort_running() has taken care. */
static int abort_dead(struct journal *j, struct vz_err *e)
{
	return j->state >= JOURNAL_GRANTED ? too_late(j, e) : settle(j, ASK_S, e);
}

static const struct {
	const char *name;
	int (*run)(struct journal *j, struct vz_err *e);
} ways[] = {
	{ "dst-runs", dst_runs },
	{ "take-back", take_back },
	{ "keep", keep },
	{ "discard", discard },
	{ "boot", at_boot },
	{ "auto", by_daemon },
	{ "resume", resume },
	{ "abort", abort_dead },
};

/* The process ends as by Ctrl-C: it goes back by itself. */
static int abort_running(unsigned int id, struct vz_err *e)
{
	struct journal j;
	int ret = journal_read(id, &j, e);

	if (ret == -ENOENT || (!ret && (!journal_alive(&j) || j.state >= JOURNAL_GRANTED)))
		return 0;
	if (!ret && kill(j.pid, j.source ? SIGTERM : SIGUSR1))
		ret = errno == ESRCH ? 0 : vz_error_sys(e, VZ_SYSTEM, -errno, "kill %d", j.pid);
	for (int i = 0; !ret && i < ABORT_S * 10; i++) {
		usleep(100000);
		if (!journal_alive(&j))
			return 0;
	}
	return ret ? ret : vz_error(e, VZ_TIMEOUT, -ETIMEDOUT,
				    "process %d does not end within %d s", j.pid, ABORT_S);
}

int mig_abort(unsigned int id, struct vz_err *e)
{
	struct journal j;
	int ret = journal_read(id, &j, e);

	if (ret == -ENOENT)
		return vz_error(e, VZ_NOVECONFIG, -ENOENT,
				"no migration of VE %u is open here", id);
	if (ret)
		return ret;
	ret = abort_running(id, e);
	if (ret)
		return ret;
	ret = journal_read(id, &j, e);
	if (ret == -ENOENT) {
		vz_say("the migration of VE %u was aborted", id);
		return 0;
	}
	if (ret)
		return ret;
	return j.state >= JOURNAL_GRANTED ? too_late(&j, e) : mig_resolve("abort", id, e);
}

int mig_resolve(const char *what, unsigned int id, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct journal j;
	size_t i = 0;
	int ret;

	while (i < sizeof(ways) / sizeof(*ways) && strcmp(ways[i].name, what))
		i++;
	if (i == sizeof(ways) / sizeof(*ways))
		return vz_error(e, VZ_BADSYNTAX, -EINVAL,
				"--resolve takes dst-runs, take-back, keep or discard");
	ret = vz_conf_new(id, &c, e);
	if (!ret && vz_lock(c, "migrating", e)) {
		e->cause = VZ_LOCKED;
		return e->err;
	}
	if (ret)
		return ret;
	ret = journal_read(id, &j, e);
	if (ret == -ENOENT)
		vz_error(e, VZ_NOVECONFIG, -ENOENT, "no migration of VE %u is open here", id);
	if (!ret)
		ret = ways[i].run(&j, e);
	vz_unlock(c);
	return ret;
}
