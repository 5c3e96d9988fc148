// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steal time of a VE: how long a processor had work of the VE and ran none of it,
 * because others had it or the VE's own limit stood before it. That is what
 * pressure stall information calls "cpu full", which it keeps per group and CPU in
 * 32 bits of nanoseconds; a hook adds them up each time the group's averages are
 * made, every two seconds. What came since is read here. Without pressure stall
 * information, or with ve.steal=0 for who wants OpenVZ's zero, there is none, and
 * the time counts as idle.
 *
 * Owns nothing. The group's avgs_lock is taken inside of the VE's time_lock.
 */
#include <linux/cgroup.h>
#include <linux/moduleparam.h>
#include <linux/psi.h>
#include <linux/sched/clock.h>
#include <vz/object.h>

#include "steal.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "ve."

static bool steal = true;
module_param(steal, bool, 0644);
MODULE_PARM_DESC(steal, "show time that a VE waits for a processor as steal");

/**
 * ve_shows_steal - does the host let VEs see how long they wait
 */
bool ve_shows_steal(void)
{
	return READ_ONCE(steal);
}

/*
 * Since the averages were made. The scheduler moves on meanwhile: it sets the start
 * of a state before it adds the last one, so a look in between finds less than there
 * was, or less than nothing.
 */
static u64 waited_since(const struct psi_group_cpu *c, int cpu)
{
	u64 start;
	u32 sum;
	int try;

	for (try = 0; try < 3; try++) {
		start = READ_ONCE(c->state_start);
		smp_rmb(); /* the start of this state, then what was before it */
		sum = READ_ONCE(c->times[PSI_CPU_FULL]);
		if (READ_ONCE(c->state_mask) & BIT(PSI_CPU_FULL))
			sum += cpu_clock(cpu) - start;
		sum -= c->times_prev[PSI_AVGS][PSI_CPU_FULL];
		smp_rmb(); /* and nothing has moved on since */
		if (start == READ_ONCE(c->state_start))
			break;
	}
	return sum < 3 * NSEC_PER_SEC ? sum : 0;
}

/**
 * ve_waited_on - how long a VE has waited for a CPU
 * @ve: a bound VE
 * @cpu: of the host
 *
 * Context: may sleep. Return: ns, since its cgroup was made; may be a little less than at the
 * call before.
 */
u64 ve_waited_on(struct ve *ve, int cpu)
{
	struct psi_group *group = cgroup_psi(ve->css.cgroup);
	const struct psi_group_cpu *c;
	u64 waited;

	if (static_branch_likely(&psi_disabled) || !group || !group->pcpu)
		return 0;
	c = per_cpu_ptr(group->pcpu, cpu);
	mutex_lock(&group->avgs_lock);
	waited = c->ve_waited + waited_since(c, cpu);
	mutex_unlock(&group->avgs_lock);
	return waited;
}
