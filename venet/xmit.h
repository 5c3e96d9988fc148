/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a packet: see xmit.c. */
#ifndef _VENET_XMIT_H
#define _VENET_XMIT_H

#include <linux/netdevice.h>

struct venet_ve;

netdev_tx_t venet_xmit(struct sk_buff *skb, struct net_device *dev);
void venet_pass_shaped(struct sk_buff *skb, u8 class, void *arg);
void venet_release(struct venet_ve *vve);

#endif /* _VENET_XMIT_H */
