// SPDX-License-Identifier: GPL-2.0-only
/*
 * numpty: pseudo terminals, from the opening of ptmx until both ends are closed.
 *
 * The owner is the VE of the user namespace that the devpts was mounted in; the
 * superblock holds it and the terminal holds the superblock. Whoever closes
 * the second end, and in which VE, does not matter.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "row.h"

int __ub_charge_pty(const struct super_block *sb)
{
	struct ve *ve = user_ns_ve(sb->s_user_ns);

	if (!ve)
		return 0;
	return ub_try_charge(ve, UB_NUMPTY, 1, UB_HARD) ? -ENOSPC : 0;
}

void __ub_uncharge_pty(const struct super_block *sb)
{
	struct ve *ve = user_ns_ve(sb->s_user_ns);

	if (ve)
		ub_uncharge(ve, UB_NUMPTY, 1);
}

UB_ROW(NUMPTY) = { };
