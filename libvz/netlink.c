// SPDX-License-Identifier: GPL-2.0-or-later
/* rtnetlink requests: one message, one acknowledgement. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/ip.h"
#include "libvz/netlink.h"
#include "libvz/value.h"

struct vz_nl {
	struct nl_sock *sk;
	int err;	/* the kernel's answer; libnl's own codes lose the errno */
};

static int keep_errno(struct sockaddr_nl *from, struct nlmsgerr *msg, void *arg)
{
	struct vz_nl *nl = arg;

	nl->err = msg->error;
	return NL_STOP;
}

int vz_nl_open(struct vz_nl **out, struct vz_err *e)
{
	struct vz_nl *nl = calloc(1, sizeof(*nl));
	int ret;

	*out = NULL;
	if (!nl)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "netlink");
	nl->sk = nl_socket_alloc();
	ret = nl->sk ? nl_connect(nl->sk, NETLINK_ROUTE) : -NLE_NOMEM;
	if (ret) {
		vz_nl_close(nl);
		return vz_error(e, VZ_SYSTEM, -EIO, "Cannot open a netlink socket: %s",
				nl_geterror(ret));
	}
	nl_socket_modify_err_cb(nl->sk, NL_CB_CUSTOM, keep_errno, nl);
	*out = nl;
	return 0;
}

void vz_nl_close(struct vz_nl *nl)
{
	if (!nl)
		return;
	if (nl->sk)
		nl_socket_free(nl->sk);
	free(nl);
}

int vz_nl_talk(struct vz_nl *nl, struct nl_msg *msg)
{
	int ret;

	nl->err = 0;
	ret = nl_send_sync(nl->sk, msg);
	if (ret >= 0)
		return 0;
	return nl->err ? nl->err : -EIO;
}

struct nl_msg *vz_nl_request(int type, int flags, const void *head, size_t n)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, (void *)head, n, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static size_t addr_len(const struct vz_ip *ip)
{
	return ip->family == AF_INET ? sizeof(ip->v4) : sizeof(ip->v6);
}

static unsigned char host_len(int family)
{
	return family == AF_INET ? 32 : 128;
}

int vz_nl_link_add(struct vz_nl *nl, const char *name, const char *kind)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg =
		vz_nl_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	struct nlattr *info;

	if (!msg)
		return -ENOMEM;
	nla_put_string(msg, IFLA_IFNAME, name);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, kind);
	nla_nest_end(msg, info);
	return vz_nl_talk(nl, msg);
}

int vz_nl_link_up(struct vz_nl *nl, int ifindex)
{
	struct ifinfomsg head = {
		.ifi_family = AF_UNSPEC, .ifi_index = ifindex,
		.ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};
	struct nl_msg *msg = vz_nl_request(RTM_NEWLINK, 0, &head, sizeof(head));

	return msg ? vz_nl_talk(nl, msg) : -ENOMEM;
}

int vz_nl_addr(struct vz_nl *nl, bool add, int ifindex, const struct vz_ip *ip, const char *label)
{
	struct ifaddrmsg head = {
		.ifa_family = ip->family, .ifa_prefixlen = host_len(ip->family),
		.ifa_flags = ip->family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_scope = RT_SCOPE_UNIVERSE, .ifa_index = ifindex,
	};
	struct nl_msg *msg = vz_nl_request(add ? RTM_NEWADDR : RTM_DELADDR,
				     add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &head, sizeof(head));

	if (!msg)
		return -ENOMEM;
	nla_put(msg, IFA_LOCAL, addr_len(ip), &ip->v4);
	nla_put(msg, IFA_ADDRESS, addr_len(ip), &ip->v4);
	if (label && ip->family == AF_INET)
		nla_put_string(msg, IFA_LABEL, label);
	return vz_nl_talk(nl, msg);
}

int vz_nl_route(struct vz_nl *nl, bool add, int ifindex, int family, const struct vz_ip *dst,
		const struct in6_addr *via)
{
	struct rtmsg head = {
		.rtm_family = family, .rtm_dst_len = dst ? host_len(family) : 0,
		.rtm_table = RT_TABLE_MAIN, .rtm_protocol = add ? RTPROT_STATIC : RTPROT_UNSPEC,
		.rtm_scope = add ? RT_SCOPE_LINK : RT_SCOPE_NOWHERE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg;

	if (family == AF_INET6)
		head.rtm_scope = RT_SCOPE_UNIVERSE;
	msg = vz_nl_request(add ? RTM_NEWROUTE : RTM_DELROUTE,
			    add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
			    &head, sizeof(head));
	if (!msg)
		return -ENOMEM;
	if (dst)
		nla_put(msg, RTA_DST, addr_len(dst), &dst->v4);
	if (via)
		nla_put(msg, RTA_GATEWAY, sizeof(*via), via);
	nla_put_u32(msg, RTA_OIF, ifindex);
	return vz_nl_talk(nl, msg);
}

int vz_nl_proxy(struct vz_nl *nl, bool add, int ifindex, const struct vz_ip *ip)
{
	struct ndmsg head = {
		.ndm_family = ip->family, .ndm_ifindex = ifindex,
		.ndm_state = NUD_PERMANENT, .ndm_flags = NTF_PROXY,
	};
	struct nl_msg *msg = vz_nl_request(add ? RTM_NEWNEIGH : RTM_DELNEIGH,
				     add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &head, sizeof(head));

	if (!msg)
		return -ENOMEM;
	nla_put(msg, NDA_DST, addr_len(ip), &ip->v4);
	return vz_nl_talk(nl, msg);
}
