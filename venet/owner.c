// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns venet's part of each VE and the table of their addresses. Ownership
 * belongs to the VE, not to its device: it is there before criu makes the
 * device, and outlives it.
 *
 * venet_mutex protects the list of VEs, their addresses and the table against
 * writers. A struct venet_ve is made when ve.id is written and freed with the
 * css, an RCU grace period after its last address left the table.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include "owner.h"
#include "table.h"
#include "venet.h"

/* Protects the list of VEs, their addresses and the table. */
DEFINE_MUTEX(venet_mutex);
LIST_HEAD(venet_ves);
struct venet_table venet_owners = { .lock = &venet_mutex };
struct net_device __rcu *venet_host;

int venet_arm(struct ve *ve, u32 id)
{
	struct venet_ve *vve;

	vve = kzalloc(sizeof(*vve), GFP_KERNEL);
	if (!vve)
		return -ENOMEM;
	if (venet_traffic_init(&vve->traffic)) {
		kfree(vve);
		return -ENOMEM;
	}
	vve->ve = ve;
	INIT_LIST_HEAD(&vve->addrs);
	venet_hold_init(&vve->hold);
	ratelimit_state_init(&vve->spoof_log, 10 * HZ, 3);

	mutex_lock(&venet_mutex);
	list_add_tail(&vve->link, &venet_ves);
	mutex_unlock(&venet_mutex);
	ve->venet = vve;
	return 0;
}

void venet_offline(struct ve *ve)
{
	struct venet_ve *vve = ve->venet;

	if (!vve)
		return;
	mutex_lock(&venet_mutex);
	vve->dead = true;
	list_del_init(&vve->link);
	venet_table_clear(&venet_owners, vve);
	mutex_unlock(&venet_mutex);
	venet_for_shapers(vve, venet_shaper_purge);
	venet_hold_drop(&vve->hold);
}

void venet_free(struct ve *ve)
{
	struct venet_ve *vve = ve->venet;

	if (!vve)
		return;
	WARN_ON_ONCE(!list_empty(&vve->addrs));
	WARN_ON_ONCE(rcu_access_pointer(vve->dev));
	venet_for_shapers(vve, venet_shaper_stop);
	kfree(vve->shaper);
	venet_hold_drop(&vve->hold);
	venet_traffic_free(&vve->traffic);
	kfree(vve);
	ve->venet = NULL;
}
