// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a restore may do that nobody else may, because it brings back what was
 * there before. Nothing is owned here.
 */
#include <linux/cred.h>
#include <linux/mm_types.h>
#include <linux/user_namespace.h>
#include <vz/object.h>

/*
 * Who may look into a process that is not dumpable is decided by the user namespace in which its
 * memory was set up. execve() has set up that of a restored process, CRIU's, on the host. Readers
 * take no reference: what they may still see is the host's, which is never freed.
 */
static void mm_take_user_ns(struct mm_struct *mm)
{
	if (mm->user_ns != &init_user_ns)
		return;
	WRITE_ONCE(mm->user_ns, get_user_ns(current_user_ns()));
	put_user_ns(&init_user_ns);
}

/*
 * A program goes on when its file loses the x bit or its mount becomes noexec.
 * Nothing but the restore runs in a VE that is RESTORING. May sleep; no lock is held.
 */
bool __ve_restores_program(struct mm_struct *mm)
{
	const struct ve *ve = user_ns_ve(current_user_ns());

	if (!ve || READ_ONCE(ve->state) != VE_RESTORING)
		return false;
	mm_take_user_ns(mm);
	return true;
}

/*
 * Threads are restored before credentials, so a process has them already when it enters the user
 * namespace it was in: one of those that the restore has made in the same VE. No lock is held.
 */
bool __ve_restores_users(const struct user_namespace *ns)
{
	const struct ve *ve = user_ns_ve(current_user_ns());

	return ve && READ_ONCE(ve->state) == VE_RESTORING && user_ns_ve(ns) == ve;
}
