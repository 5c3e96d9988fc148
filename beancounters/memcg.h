/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory controller's part of a VE. Private to beancounters/. */
#ifndef _VZ_UB_MEMCG_H
#define _VZ_UB_MEMCG_H

#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <vz/object.h>

/**
 * ub_peek_memcg - the memory cgroup of the VE's own cgroup
 * @ve: a bound VE
 *
 * Context: RCU. Return: it, or NULL when it has none of its own.
 */
static inline struct mem_cgroup *ub_peek_memcg(struct ve *ve)
{
	struct cgroup_subsys_state *css;

	css = rcu_dereference(ve->css.cgroup->subsys[memory_cgrp_id]);
	return css ? mem_cgroup_from_css(css) : NULL;
}

/* The same with a reference, for who sleeps; mem_cgroup_put() takes NULL, too. */
static inline struct mem_cgroup *ub_get_memcg(struct ve *ve)
{
	struct mem_cgroup *memcg;

	rcu_read_lock();
	memcg = ub_peek_memcg(ve);
	if (memcg && !css_tryget(&memcg->css))
		memcg = NULL;
	rcu_read_unlock();
	return memcg;
}

#endif /* _VZ_UB_MEMCG_H */
