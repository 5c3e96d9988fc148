// SPDX-License-Identifier: GPL-2.0-only
/*
 * All bound VEs. ve_mutex orders changes of ids and of the list; readers of the
 * list use RCU. A VE is in it from its binding until its cgroup is removed.
 */
#include <linux/cgroup.h>
#include <linux/rculist.h>
#include <vz/controller.h>

LIST_HEAD(ve_list);
DEFINE_MUTEX(ve_mutex);

struct ve *ve_find(u32 id)
{
	struct ve *ve;

	if (!id)
		return NULL;
	rcu_read_lock();
	list_for_each_entry_rcu(ve, &ve_list, list) {
		if (ve->id == id && css_tryget_online(&ve->css)) {
			rcu_read_unlock();
			return ve;
		}
	}
	rcu_read_unlock();
	return NULL;
}
