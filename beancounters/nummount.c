// SPDX-License-Identifier: GPL-2.0-only
/*
 * nummount: mounts in all mount namespaces, detached trees and the kernel's own
 * mounts of a namespace included.
 *
 * The owner is the VE of the task that makes the mount, remembered in it with a
 * reference: a mount that propagates from the host is the host's, and the
 * superblock says nothing, as a bind mount may show any. Charged without locks
 * or with namespace_sem held; given back after an RCU grace period, in softirq.
 */
#include <linux/errno.h>
#include <mount.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "row.h"

int __ub_charge_mount(struct mount *mnt)
{
	struct ve *ve = current_ve();

	if (!ve)
		return 0;
	if (ub_try_charge(ve, UB_NUMMOUNT, 1, UB_HARD))
		return -ENOSPC;
	ve_get(ve);
	mnt->mnt_ve = ve;
	return 0;
}

void __ub_uncharge_mount(struct mount *mnt)
{
	if (!mnt->mnt_ve)
		return;
	ub_uncharge(mnt->mnt_ve, UB_NUMMOUNT, 1);
	ve_put(mnt->mnt_ve);
}

UB_ROW(NUMMOUNT) = { };
