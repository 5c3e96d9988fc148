/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pressure stall information keeps for a VE: how long it waited for a processor.
 * Apart from the other headers because kernel/sched/psi.c includes it.
 */
#ifndef _VZ_PSI_H
#define _VZ_PSI_H

#include <linux/psi_types.h>

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

#endif /* _VZ_PSI_H */
