// SPDX-License-Identifier: GPL-2.0-only
/*
 * numcgroup: cgroups below the VE's own, and removed ones that something still
 * holds. Those are what an attack is made of: cgroup.max.descendants does not
 * see them, and memory cgroups have 65535 numbers for the whole machine.
 *
 * The cgroup core counts both, so nothing is charged here. Cgroups are made
 * under cgroup_mutex only, so a check before is exact; the peak is noted then.
 * It is one too high if the new cgroup fails for another reason afterwards.
 */
#include <linux/cgroup.h>
#include <linux/errno.h>
#include <vz/ub-fs.h>
#include <vz/ub-show.h>
#include "charge.h"
#include "row.h"

static unsigned long ub_count_cgroups(const struct cgroup *cgrp)
{
	return READ_ONCE(cgrp->nr_descendants) + READ_ONCE(cgrp->nr_dying_descendants);
}

/* @above is any ancestor of the new cgroup; one of them may be a VE's own. */
int __ub_check_cgroup(struct cgroup *above)
{
	struct cgroup_subsys_state *css;

	lockdep_assert_held(&cgroup_mutex);
	css = rcu_dereference_protected(above->subsys[ve_cgrp_id], true);
	if (!css || !ub_counters(css_ve(css)))
		return 0;
	return ub_check(css_ve(css), UB_NUMCGROUP, ub_count_cgroups(above), 1, UB_HARD) ?
		-EAGAIN : 0;
}

static void ub_cgroup_read(struct ve *ve, struct ub_row *row)
{
	row->held = ub_count_cgroups(ve->css.cgroup);
}

static unsigned long ub_host_cgroups(void)
{
	return ub_count_cgroups(&cgrp_dfl_root.cgrp);
}

UB_ROW(NUMCGROUP) = { .read = ub_cgroup_read, .host = ub_host_cgroups };
