// SPDX-License-Identifier: GPL-2.0-only
/*
 * numnetns and numinotify: what the kernel counts for each user namespace and
 * user, counted once more for the VE that the user namespace belongs to.
 *
 * The ucounts entry holds its namespace, which holds the VE, from inc_ucount()
 * to dec_ucount(). A network namespace is given back when it is cleaned up, by
 * a worker; a watch by whoever closes the instance last.
 */
#include <linux/errno.h>
#include <linux/user_namespace.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "row.h"

/* Row of a kind of ucount, or -1. */
static int ub_ucount_row(int type)
{
	switch (type) {
	case UCOUNT_NET_NAMESPACES:
		return UB_NUMNETNS;
#ifdef CONFIG_INOTIFY_USER
	case UCOUNT_INOTIFY_WATCHES:
		return UB_NUMINOTIFY;
#endif
	}
	return -1;
}

int __ub_charge_ucount(const struct user_namespace *ns, int type)
{
	struct ve *ve = user_ns_ve(ns);
	int res = ub_ucount_row(type);

	if (!ve || res < 0)
		return 0;
	return ub_try_charge(ve, res, 1, UB_HARD) ? -ENOSPC : 0;
}

void __ub_uncharge_ucount(const struct user_namespace *ns, int type)
{
	struct ve *ve = user_ns_ve(ns);
	int res = ub_ucount_row(type);

	if (ve && res >= 0)
		ub_uncharge(ve, res, 1);
}

UB_ROW(NUMNETNS) = { };
UB_ROW(NUMINOTIFY) = { };
