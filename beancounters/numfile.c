// SPDX-License-Identifier: GPL-2.0-only
/*
 * numfile: open files, that is struct file, not descriptors.
 *
 * The owner is the VE of the opener's user namespace. f_cred is set once and
 * holds the namespace, which holds the VE, until the file is freed: by whom
 * and in which context does not matter. Files of the kernel's own use
 * (FMODE_NOACCOUNT) are not counted.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <vz/object.h>
#include <vz/ub.h>
#include "charge.h"
#include "row.h"

int __ub_charge_file(const struct cred *cred)
{
	struct ve *ve = user_ns_ve(cred->user_ns);

	if (!ve)
		return 0;
	return ub_quick_charge(ve, UB_NUMFILE, 1, UB_HARD) ? -ENFILE : 0;
}

void __ub_uncharge_file(const struct cred *cred)
{
	struct ve *ve = user_ns_ve(cred->user_ns);

	if (ve)
		ub_quick_uncharge(ve, UB_NUMFILE, 1);
}

UB_ROW(NUMFILE) = { .batch = 8 };
