// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may run a VE. A VE that is moved has a journal on both hosts; from
 * `granted` on it is the destination's, whatever else is found at the source.
 * DISABLED is the operator's word, and what boot and other tools look at; the
 * journal is asked first, because --force and an edited file do not end it.
 */
#include <errno.h>
#include "include/vz/abi.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/journal.h"
#include "libvz/log.h"
#include "libvz/owner.h"
#include "libvz/state.h"
#include "libvz/stop.h"

static int check_source(const struct journal *j, enum vz_claim claim, struct vz_err *e)
{
	if (j->state >= JOURNAL_GRANTED)
		return vz_error(e, VZ_DISABLED, -EPERM, "Container start disabled: "
				"it was handed over to %s and may run there: look with vzlist there. If it does not:\n"
				"  there: vzmigrate --resolve discard %u    then here: vzmigrate --resolve take-back %u",
				j->peer, j->id, j->id);
	/* It is ours. Where it is frozen for a move, --resume ends that as take-back does. */
	if (claim != VZ_CLAIM_DESTROY)
		return 0;
	return vz_error(e, VZ_LOCKED, -EBUSY, "a migration of CT %u to %s was broken off: "
			"vzmigrate --resolve take-back %u first", j->id, j->peer, j->id);
}

static int check_destination(const struct journal *j, enum ve_state state, enum vz_claim claim,
			     struct vz_err *e)
{
	if (j->state < JOURNAL_GRANTED)
		return vz_error(e, VZ_DISABLED, -EPERM, "Container start disabled: "
				"it belongs to %s, and its migration to this host was broken off: "
				"vzmigrate --resolve discard %u", j->peer, j->id);
	/* The source holds its memory until somebody says where it goes on. */
	if (j->state == JOURNAL_GRANTED && state == VE_RESTORING)
		return vz_error(e, VZ_DISABLED, -EPERM,
				"Container start disabled: "
				"it came from %s, is half restored and has not run: "
				"vzmigrate --resolve discard %u here, then take-back there",
				j->peer, j->id);
	if (claim != VZ_CLAIM_DESTROY)
		return 0;
	return vz_error(e, VZ_LOCKED, -EBUSY, "the migration of CT %u from %s is not closed: "
			"vzmigrate --resolve keep %u first", j->id, j->peer, j->id);
}

int vz_owner_decide(const struct vz_conf *c, const struct journal *j, enum ve_state state,
		    enum vz_claim claim, struct vz_err *e)
{
	int ret = 0;

	if (j)
		ret = j->source ? check_source(j, claim, e) : check_destination(j, state, claim, e);
	if (ret)
		return ret;
	if (claim == VZ_CLAIM_START && c->disabled)
		return vz_error(e, VZ_DISABLED, -EPERM, "Container start disabled (use --force)");
	return 0;
}

int vz_owner_check(const struct vz_conf *c, enum vz_claim claim, struct vz_err *e)
{
	struct journal j;
	int ret = journal_read(c->id, &j, e);

	if (ret && ret != -ENOENT)
		return ret;
	return vz_owner_decide(c, ret ? NULL : &j, vz_ve_state(c->id), claim, e);
}

int vz_owner_reclaim(const struct vz_conf *c, struct vz_err *e)
{
	enum ve_state state = vz_ve_state(c->id);
	int ret;

	if (state != VE_STARTING && state != VE_RESTORING)
		return 0;
	vz_warn("CT %u was left half %s by a program that was killed: cleaning up", c->id,
		state == VE_STARTING ? "started" : "restored");
	ret = vz_ve_kill(c->id, e);
	/* No task that ends tells of it when none had come yet. */
	if (!ret)
		vz_ve_set_state(c->id, VE_STOPPED, NULL);
	if (!ret)
		ret = vz_ve_wait_state(c->id, VE_STOPPED, 10000, e);
	return ret ? ret : vz_ve_cleanup(c, e);
}
