// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a restore may do that nobody else may, because it brings back what was
 * there before. Nothing is owned here.
 */
#include <linux/cred.h>
#include <vz/object.h>

/*
 * A program goes on when its file loses the x bit or its mount becomes noexec.
 * Nothing but the restore runs in a VE that is RESTORING.
 */
bool __ve_takes_any_program(void)
{
	const struct ve *ve = user_ns_ve(current_user_ns());

	return ve && READ_ONCE(ve->state) == VE_RESTORING;
}
