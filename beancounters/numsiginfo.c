// SPDX-License-Identifier: GPL-2.0-only
/*
 * numsiginfo: queued signals that carry information, and those set aside for
 * POSIX timers.
 *
 * The owner is the VE of the signalled task: the namespace of the ucounts that
 * the kernel's own count is kept in, which the signal holds until it is freed.
 * So a signal from the host is charged to the VE, and never refused. What the
 * kernel sends (a page fault's SIGSEGV) is not refused either, or it would
 * lose its address.
 *
 * Called with siglock held and interrupts off, or in interrupts.
 */
#include <linux/errno.h>
#include <linux/user_namespace.h>
#include <vz/object.h>
#include <vz/ub-fs.h>
#include "charge.h"
#include "row.h"

int __ub_charge_siginfo(const struct ucounts *ucounts, bool force)
{
	struct ve *ve = user_ns_ve(ucounts->ns);

	if (!ve)
		return 0;
	return ub_quick_charge(ve, UB_NUMSIGINFO, 1, force ? UB_FORCE : UB_HARD) ? -EAGAIN : 0;
}

void __ub_uncharge_siginfo(const struct ucounts *ucounts)
{
	struct ve *ve = user_ns_ve(ucounts->ns);

	if (ve)
		ub_quick_uncharge(ve, UB_NUMSIGINFO, 1);
}

UB_ROW(NUMSIGINFO) = { .batch = 4 };
