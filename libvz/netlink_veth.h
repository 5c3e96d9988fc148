/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink requests about ethernet pairs and ports of a bridge. All return 0 or -errno. */
#ifndef LIBVZ_NETLINK_VETH_H
#define LIBVZ_NETLINK_VETH_H

#include <stdbool.h>

struct vz_nl;
struct vz_veth;

/*
 * Make the pair: the host's end here, the other as name in the net namespace that
 * netns is open on; -1: here as well.
 */
int vz_nl_veth_add(struct vz_nl *nl, const struct vz_veth *v, const char *name, int netns);
/* Both ends go. */
int vz_nl_link_del(struct vz_nl *nl, int ifindex);
int vz_nl_link_down(struct vz_nl *nl, int ifindex);
int vz_nl_link_mac(struct vz_nl *nl, int ifindex, const unsigned char mac[6]);
/* Make it a port of the bridge; filter: only frames of addresses that it is told come in. */
int vz_nl_bridge_port(struct vz_nl *nl, int ifindex, int bridge, bool filter);
/* Behind this port is that address, for good. */
int vz_nl_bridge_mac(struct vz_nl *nl, int ifindex, const unsigned char mac[6]);

#endif /* LIBVZ_NETLINK_VETH_H */
