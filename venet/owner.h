/* SPDX-License-Identifier: GPL-2.0-only */
/* venet's part of each VE, and all addresses: see owner.c. */
#ifndef _VENET_OWNER_H
#define _VENET_OWNER_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>

struct ve;
struct venet_table;

extern struct mutex venet_mutex;
extern struct list_head venet_ves;
extern struct venet_table venet_owners;
/* The host's device, NULL when it was deleted. Written under RTNL. */
extern struct net_device __rcu *venet_host;

int venet_arm(struct ve *ve, u32 id);
void venet_offline(struct ve *ve);
void venet_free(struct ve *ve);

#endif /* _VENET_OWNER_H */
