// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl set: what one setting means for others. No state. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/setting_take.h"
#include "vzctl/set_rules.h"

static long add_up(long a, long b)
{
	return a == VZ_UNLIMITED || b == VZ_UNLIMITED || a > VZ_UNLIMITED - b ? VZ_UNLIMITED
									      : a + b;
}

static bool is_given(const struct set_call *s, enum ub_resource r)
{
	return s->given[vz_setting_of_ub(r) - vz_settings];
}

/* A row that follows, unless it was given as well. */
static int follow(struct vz_conf *c, struct set_call *s, enum ub_resource r, long barrier,
		  long limit, struct vz_err *e)
{
	struct vz_limit l = { true, barrier, limit };

	if (is_given(s, r))
		return 0;
	s->change.rows[vz_setting_of_ub(r) - vz_settings] = true;
	return vz_setting_set_ub(c, r, &l, e);
}

/* privvmpages follows when the VE was not limited by ram before, and when a factor says so. */
static int follow_priv(struct vz_conf *c, const struct vz_conf *was, struct set_call *s, long all,
		       struct vz_err *e)
{
	const char *text = vz_conf_get(c, "VM_OVERCOMMIT");
	double factor = text ? atof(text) : 0;
	bool was_vswap = was->ub[UB_PHYSPAGES].set && was->ub[UB_PHYSPAGES].limit != VZ_UNLIMITED;
	long limit = VZ_UNLIMITED;

	if (factor <= 0 && was_vswap && was->ub[UB_PRIVVMPAGES].set)
		return 0;
	if (factor > 0 && all != VZ_UNLIMITED)
		limit = all * factor;
	return follow(c, s, UB_PRIVVMPAGES, limit, limit, e);
}

static int after_ram(struct vz_conf *c, const struct vz_conf *was, struct set_call *s,
		     struct vz_err *e)
{
	bool ram = s->given[VZ_SET_RAM], swap = s->given[VZ_SET_SWAP];
	long pages, all;
	int ret;

	if (!ram && !swap)
		return 0;
	if ((ram && is_given(s, UB_PHYSPAGES)) || (swap && is_given(s, UB_SWAPPAGES)))
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"--ram and --physpages, --swap and --swappages are the same: give one of them");
	if (!c->ub[UB_SWAPPAGES].set)
		return vz_error(e, VZ_UBCMISSING, -EINVAL, "Error: --ram needs --swap: "
				"this CT has no SWAPPAGES");
	pages = c->ub[UB_PHYSPAGES].set ? c->ub[UB_PHYSPAGES].limit : VZ_UNLIMITED;
	all = add_up(pages, c->ub[UB_SWAPPAGES].limit);
	ret = follow(c, s, UB_LOCKEDPAGES, pages, VZ_UNLIMITED, e);
	if (!ret)
		ret = follow(c, s, UB_OOMGUARPAGES, pages, VZ_UNLIMITED, e);
	if (!ret)
		ret = follow(c, s, UB_VMGUARPAGES, all, VZ_UNLIMITED, e);
	return ret ? ret : follow_priv(c, was, s, all, e);
}

/* The classic rules for the two masks. */
static int check_masks(const struct vz_conf *c, const struct set_call *s, struct vz_err *e)
{
	bool nodes = c->nodemask && strcmp(c->nodemask, "all");

	if (s->given[VZ_SET_NODEMASK] && !s->given[VZ_SET_CPUMASK])
		return vz_error(e, VZ_BADVALUE, -EINVAL,
				"Error: --nodemask needs --cpumask in the same call");
	if (s->given[VZ_SET_CPUMASK] && !strcmp(c->cpumask, "auto") && !nodes)
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Error: --cpumask auto needs a node mask");
	return 0;
}

int set_rules(struct vz_conf *c, const struct vz_conf *was, struct set_call *s, struct vz_err *e)
{
	int ret = check_masks(c, s, e);

	return ret ? ret : after_ram(c, was, s, e);
}
