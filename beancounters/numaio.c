// SPDX-License-Identifier: GPL-2.0-only
/*
 * numaio: requests that io_setup(2) has promised room for. The kernel's own
 * count is one number for the whole machine.
 *
 * The owner is the VE of the address space, which an aio context never leaves.
 * Charged and given back beside aio_nr, that is, at io_destroy(2) or exit, not
 * when the last request has ended.
 */
#include <linux/errno.h>
#include <linux/mm_types.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "row.h"

int __ub_charge_aio(const struct mm_struct *mm, unsigned int nr)
{
	struct ve *ve = mm->ve.ve;

	if (!ve)
		return 0;
	return ub_try_charge(ve, UB_NUMAIO, nr, UB_HARD) ? -EAGAIN : 0;
}

void __ub_uncharge_aio(const struct mm_struct *mm, unsigned int nr)
{
	if (mm->ve.ve)
		ub_uncharge(mm->ve.ve, UB_NUMAIO, nr);
}

UB_ROW(NUMAIO) = { };
