/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this host run a VE? The one place that says so, over the journal of a
 * migration, the configuration and what the kernel has. The caller holds the
 * VE's lock and has read the configuration under it.
 */
#ifndef LIBVZ_OWNER_H
#define LIBVZ_OWNER_H

#include <stdbool.h>
#include "libvz/state.h"

struct journal;
struct vz_conf;
struct vz_err;

enum vz_claim {
	VZ_CLAIM_START,		/* start, restart, restore, boot, start after a reboot */
	VZ_CLAIM_FORCE,		/* start --force: DISABLED does not count */
	VZ_CLAIM_RESUME,	/* let what is frozen here go on */
	VZ_CLAIM_ENABLE,	/* set --disabled no */
	VZ_CLAIM_DESTROY,
};

/* -EPERM, VZ_DISABLED when not; -EBUSY, VZ_LOCKED while it is on its way. */
int vz_owner_check(const struct vz_conf *c, enum vz_claim claim, struct vz_err *e);
/* The rule alone. j is NULL when no migration is open. */
int vz_owner_decide(const struct vz_conf *c, const struct journal *j, enum ve_state state,
		    enum vz_claim claim, struct vz_err *e);
/*
 * A VE that is STARTING or RESTORING while the caller holds its lock was left
 * so by a tool that was killed: it has never run, and goes.
 */
int vz_owner_reclaim(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_OWNER_H */
