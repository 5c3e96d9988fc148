// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two places where the kernel, on behalf of a VE's task, uses or tells what is
 * the host's: the core of a set-id program, and the list of file locks. Nothing
 * is owned here.
 */
#include <linux/cred.h>
#include <linux/filelock.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <vz/object.h>

/*
 * With fs.suid_dumpable 2 the core of a program that changed its ids is written
 * as the host's root below the host's root folder: in a VE it is not written. A
 * task that entered a VE from the host counts, too.
 */
bool __ve_refuses_safe_dump(void)
{
	return user_ns_ve(current_user_ns());
}

/*
 * The kernel sorts locks by the pid of who took them; locks of open files have
 * none and would be everybody's. Blocked ones hang below the lock they wait for.
 */
bool __ve_lock_shown(const struct seq_file *m, const struct file_lock_core *lock)
{
	const struct ve *ve = user_ns_ve(file_inode(m->file)->i_sb->s_user_ns);

	return !ve || lock->flc_ve == ve;
}

/*
 * A lease of a VE holds up each reader of the file for 45 s, and is broken by it. The host
 * reads files of VEs to copy and to back them up, while their tasks may be frozen: it neither
 * waits nor disturbs. Who writes, and who is in a VE, breaks leases as ever.
 */
bool __ve_lease_ignored(const struct file_lock_core *lease, const struct file_lock_core *breaker)
{
	return lease->flc_ve && breaker->flc_type == F_RDLCK && !current_ve();
}
