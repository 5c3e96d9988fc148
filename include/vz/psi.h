/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pressure stall information keeps for a VE: how long it waited for a processor. And what
 * a VE may not have of it.
 * Apart from the other headers because kernel/sched/psi.c includes it.
 */
#ifndef _VZ_PSI_H
#define _VZ_PSI_H

#include <linux/fs.h>
#include <linux/psi_types.h>
#include <linux/user_namespace.h>
#include <vz/hook.h>

/**
 * ve_psi_collect - add up how long a group's tasks waited for a CPU
 * @cpu: the group's part of that CPU
 * @who: who has read it
 * @times: what is new since @who read it the last time, ns
 *
 * The group's own sums are weighted for all CPUs together; a VE shows each apart.
 * Context: under the group's avgs_lock for PSI_AVGS.
 */
static inline void ve_psi_collect(struct psi_group_cpu *cpu, enum psi_aggregators who,
				  const u32 *times)
{
#ifdef CONFIG_VE
	if (who == PSI_AVGS)
		cpu->ve_waited += times[PSI_CPU_FULL];
#endif
}

/**
 * ve_is_file_of_ve - does an open file lie in a file system of a VE
 * @file: where a trigger is written to
 *
 * A trigger there gets no kernel thread, although root of the VE has CAP_SYS_RESOURCE: in the
 * VE's user namespace, which psi_trigger_create() does not ask for.
 */
static inline bool ve_is_file_of_ve(const struct file *file)
{
#ifdef CONFIG_VE
	return VE_HOOK(file_inode(file)->i_sb->s_user_ns->ve, NULL);
#else
	return false;
#endif
}

#endif /* _VZ_PSI_H */
