// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --status and --resolve: what an operator sees and says when a migration lost
 * its link after the hand-over, or its process at any time. Each command acts
 * on this host alone; which of them is right is the operator's knowledge.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
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
#include "vzmigrate/place.h"
#include "vzmigrate/place_images.h"
#include "vzmigrate/resolve.h"
#include "vzmigrate/source_hand.h"

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
		return "under way";
	if (j->source && j->state == JOURNAL_GRANTED)
		return "not decided: --resolve dst-runs when it runs at the peer, --resolve take-back when not";
	if (j->source && j->state == JOURNAL_FROZEN)
		return "broken off, the VE is this host's: --resolve take-back";
	if (j->source)
		return "broken off before anything was changed: --resolve take-back";
	if (j->state < JOURNAL_GRANTED)
		return "broken off, the VE is the peer's: --resolve discard";
	if (j->state == JOURNAL_RUNNING)
		return "this host owns the VE: --resolve keep";
	return "this host was given the VE: --resolve keep; --resolve discard gives it up";
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
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	if (!j->source || j->state != JOURNAL_GRANTED)
		return wrong(j, "dst-runs", e);
	ret = vz_conf_load(j->id, &c, e);
	if (!ret && vz_ve_state(j->id) != VE_STOPPED) {
		ret = vz_ve_net_down(c, e);
		if (!ret)
			ret = ckpt_discard(c, e);
		if (ret == -ESRCH) {
			vz_error_free(e);
			ret = 0;
		}
	}
	/* Nobody has confirmed that the other copy is on disk, but the operator says it is used. */
	if (!ret)
		ret = src_clean_up(c, j, !j->remove, e);
	if (!ret)
		vz_say("VE %u is gone from here", j->id);
	return ret;
}

static int take_back(struct journal *j, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	if (!j->source)
		return wrong(j, "take-back", e);
	ret = vz_conf_load(j->id, &c, e);
	if (!ret)
		ret = src_take_back(c, j, e);
	if (!ret && vz_ve_state(j->id) == VE_RUNNING && j->state != JOURNAL_COPYING) {
		ret = ckpt_resume(c, e);
		if (ret == -ESRCH) {	/* it runs already */
			vz_error_free(e);
			ret = 0;
		}
		if (!ret)
			ret = vz_ve_net_up(c, true, e);
	}
	if (!ret)
		ret = place_images_remove(c, e);
	if (!ret)
		ret = journal_remove(j->id, e);
	if (ret)
		return ret;
	vz_say(vz_ve_state(j->id) == VE_RUNNING ? "VE %u goes on here" : "VE %u is here, stopped",
	       j->id);
	return 0;
}

static int keep(struct journal *j, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	int ret;

	if (j->source || j->state < JOURNAL_GRANTED)
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
	if (!ret && vz_ve_state(j->id) == VE_RUNNING && vz_ve_frozen(j->id))
		ret = ckpt_resume(c, e);
	if (!ret && vz_ve_state(j->id) == VE_RUNNING)
		ret = vz_ve_net_up(c, true, e);
	if (!ret)
		ret = place_finish(c, e);
	if (!ret)
		vz_say(vz_ve_state(j->id) == VE_RUNNING ? "VE %u is this host's"
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

	if (j->source)
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

/*
 * What the daemon asks when the process of a migration is gone. The lock is
 * ours, so nobody works on it. Before `granted` the journal alone says how it
 * ends; from then on it takes the other host's word, and nothing is done.
 */
static int by_journal(struct journal *j, struct vz_err *e)
{
	if (j->state >= JOURNAL_GRANTED)
		return 0;
	return j->source ? take_back(j, e) : discard(j, e);
}

/* The same on a host that goes on: what was stopped to be started at the peer is started here. */
static int by_journal_start(struct journal *j, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	bool stopped = j->source && j->mode == MIG_RESTART && j->state < JOURNAL_GRANTED;
	int ret = by_journal(j, e);

	if (ret || !stopped || vz_ve_state(j->id) != VE_STOPPED)
		return ret;
	ret = vz_conf_load(j->id, &c, e);
	if (!ret)
		ret = vz_owner_check(c, VZ_CLAIM_START, e);
	return ret ? ret : vz_ve_start(c, e);
}

static const struct {
	const char *name;
	int (*run)(struct journal *j, struct vz_err *e);
} ways[] = {
	{ "dst-runs", dst_runs },
	{ "take-back", take_back },
	{ "keep", keep },
	{ "discard", discard },
	{ "boot", by_journal },
	{ "auto", by_journal_start },
};

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
