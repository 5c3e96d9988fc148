// SPDX-License-Identifier: GPL-2.0-or-later
/* Attributes are those of include/uapi/linux/if_link.h, veth.h and neighbour.h. */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include "libvz/netif.h"
#include "libvz/netlink.h"
#include "libvz/netlink_veth.h"

int vz_nl_veth_add(struct vz_nl *nl, const struct vz_veth *v, const char *name, int netns)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg =
		vz_nl_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	struct nlattr *info, *data, *peer;

	if (!msg)
		return -ENOMEM;
	nla_put_string(msg, IFLA_IFNAME, v->host);
	nla_put(msg, IFLA_ADDRESS, sizeof(v->host_mac), v->host_mac);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put(msg, IFLA_ADDRESS, sizeof(v->mac), v->mac);
	if (netns >= 0)
		nla_put_u32(msg, IFLA_NET_NS_FD, netns);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return vz_nl_talk(nl, msg);
}

int vz_nl_link_del(struct vz_nl *nl, int ifindex)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = vz_nl_request(RTM_DELLINK, 0, &head, sizeof(head));

	return msg ? vz_nl_talk(nl, msg) : -ENOMEM;
}

int vz_nl_link_down(struct vz_nl *nl, int ifindex)
{
	struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC, .ifi_index = ifindex, .ifi_change = IFF_UP,
	};
	struct nl_msg *msg = vz_nl_request(RTM_NEWLINK, 0, &head, sizeof(head));

	return msg ? vz_nl_talk(nl, msg) : -ENOMEM;
}

int vz_nl_link_mac(struct vz_nl *nl, int ifindex, const unsigned char mac[6])
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = vz_nl_request(RTM_NEWLINK, 0, &head, sizeof(head));

	if (!msg)
		return -ENOMEM;
	nla_put(msg, IFLA_ADDRESS, 6, mac);
	return vz_nl_talk(nl, msg);
}

/*
 * A locked port drops frames whose source address is not in the bridge's table
 * at this port, and one that does not learn gets none in by sending. What such
 * a port must never do in the tree of bridges is refused as well.
 */
static int port_options(struct vz_nl *nl, int ifindex, bool filter)
{
	struct ifinfomsg head = { .ifi_family = AF_BRIDGE, .ifi_index = ifindex };
	struct nl_msg *msg = vz_nl_request(RTM_SETLINK, 0, &head, sizeof(head));
	struct nlattr *port;

	if (!msg)
		return -ENOMEM;
	port = nla_nest_start(msg, IFLA_PROTINFO | NLA_F_NESTED);
	nla_put_u8(msg, IFLA_BRPORT_GUARD, 1);
	nla_put_u8(msg, IFLA_BRPORT_PROTECT, 1);
	nla_put_u8(msg, IFLA_BRPORT_LEARNING, !filter);
	nla_put_u8(msg, IFLA_BRPORT_LOCKED, filter);
	nla_nest_end(msg, port);
	return vz_nl_talk(nl, msg);
}

int vz_nl_bridge_port(struct vz_nl *nl, int ifindex, int bridge, bool filter)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = vz_nl_request(RTM_NEWLINK, 0, &head, sizeof(head));
	int ret;

	if (!msg)
		return -ENOMEM;
	nla_put_u32(msg, IFLA_MASTER, bridge);
	ret = vz_nl_talk(nl, msg);
	return ret ? ret : port_options(nl, ifindex, filter);
}

int vz_nl_bridge_mac(struct vz_nl *nl, int ifindex, const unsigned char mac[6])
{
	struct ndmsg head = {
		.ndm_family = AF_BRIDGE, .ndm_ifindex = ifindex,
		.ndm_state = NUD_NOARP, .ndm_flags = NTF_MASTER,
	};
	struct nl_msg *msg =
		vz_nl_request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head));

	if (!msg)
		return -ENOMEM;
	nla_put(msg, NDA_LLADDR, 6, mac);
	return vz_nl_talk(nl, msg);
}
