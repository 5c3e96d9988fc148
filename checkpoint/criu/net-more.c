// SPDX-License-Identifier: GPL-2.0-only
/*
 * Neighbours and labels of addresses that somebody has entered, and what a device was told beside
 * its addresses: names, groups, the length of its queue, settings of bridges. The kernel's
 * messages are given back to it, or shorter ones with what it takes of them. Nothing is owned here.
 *
 * Source: rtnetlink(7); linux/neighbour.h, linux/if_addrlabel.h, linux/if_link.h,
 * linux/if_bridge.h.
 */
#include <errno.h>
#include <linux/if_addrlabel.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libnetlink.h"
#include "log.h"
#include "net-more.h"
#include "util.h"

#undef LOG_PREFIX
#define LOG_PREFIX "net: "

/* Of a message of ours about a device. */
#define MOST_BYTES 8192

struct message {
	struct nlmsghdr h;
	struct ifinfomsg m;
	char room[MOST_BYTES];
};

static int write_message(int fd, const struct nlmsghdr *h)
{
	static const char pad[NLMSG_ALIGNTO];
	const int rest = NLMSG_ALIGN(h->nlmsg_len) - h->nlmsg_len;

	if (write_all(fd, h, h->nlmsg_len) == h->nlmsg_len && write_all(fd, pad, rest) == rest)
		return 0;
	pr_perror("Can't write what netlink tells");
	return -1;
}

/* Others are found out again. A bridge has those of its own devices anyway. */
static int save_neighbour(struct nlmsghdr *h, struct ns_id *ns, void *arg)
{
	struct ndmsg *m = NLMSG_DATA(h);

	if (h->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	if (m->ndm_family == AF_BRIDGE) {
		if (m->ndm_state != NUD_NOARP || m->ndm_flags & NTF_SELF)
			return 0;
		m->ndm_flags |= NTF_MASTER;
	} else if (!(m->ndm_state & NUD_PERMANENT) && !(m->ndm_flags & NTF_PROXY)) {
		return 0;
	}
	return write_message(*(int *)arg, h);
}

static int save_label(struct nlmsghdr *h, struct ns_id *ns, void *arg)
{
	return h->nlmsg_type == RTM_NEWADDRLABEL ? write_message(*(int *)arg, h) : 0;
}

static const struct rtattr *find(const struct rtattr *a, int size, int type)
{
	for (; RTA_OK(a, size); a = RTA_NEXT(a, size))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

static const struct rtattr *find_in(const struct rtattr *nest, int type)
{
	return nest ? find(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

static void begin(struct message *to, int type, const struct nlmsghdr *h)
{
	memset(to, 0, sizeof(*to));
	to->h.nlmsg_type = type;
	to->h.nlmsg_len = NLMSG_LENGTH(sizeof(to->m));
	to->m.ifi_index = ((struct ifinfomsg *)NLMSG_DATA(h))->ifi_index;
}

static void copy(struct message *to, const struct rtattr *a)
{
	if (a)
		addattr_l(&to->h, sizeof(*to), a->rta_type, RTA_DATA(a), RTA_PAYLOAD(a));
}

static struct rtattr *nest(struct message *to, int type)
{
	struct rtattr *begins = NLMSG_TAIL(&to->h);

	addattr_l(&to->h, sizeof(*to), type | NLA_F_NESTED, NULL, 0);
	return begins;
}

static void nest_ends(struct message *to, struct rtattr *begins)
{
	begins->rta_len = (char *)NLMSG_TAIL(&to->h) - (char *)begins;
}

/* What can be set of a bridge, and of a port of one. */
static const unsigned char of_bridge[] = {
	IFLA_BR_FORWARD_DELAY, IFLA_BR_HELLO_TIME, IFLA_BR_MAX_AGE, IFLA_BR_AGEING_TIME,
	IFLA_BR_STP_STATE, IFLA_BR_PRIORITY, IFLA_BR_VLAN_FILTERING, IFLA_BR_GROUP_FWD_MASK,
	IFLA_BR_MCAST_ROUTER, IFLA_BR_MCAST_SNOOPING, IFLA_BR_MCAST_QUERY_USE_IFADDR,
	IFLA_BR_MCAST_QUERIER, IFLA_BR_MCAST_HASH_MAX, IFLA_BR_MCAST_LAST_MEMBER_CNT,
	IFLA_BR_MCAST_STARTUP_QUERY_CNT, IFLA_BR_MCAST_LAST_MEMBER_INTVL,
	IFLA_BR_MCAST_MEMBERSHIP_INTVL, IFLA_BR_MCAST_QUERIER_INTVL, IFLA_BR_MCAST_QUERY_INTVL,
	IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, IFLA_BR_MCAST_STARTUP_QUERY_INTVL,
	IFLA_BR_NF_CALL_IPTABLES, IFLA_BR_NF_CALL_IP6TABLES, IFLA_BR_NF_CALL_ARPTABLES,
	IFLA_BR_VLAN_DEFAULT_PVID, IFLA_BR_MCAST_IGMP_VERSION, IFLA_BR_MCAST_MLD_VERSION,
};
static const unsigned char of_port[] = {
	IFLA_BRPORT_PRIORITY, IFLA_BRPORT_COST, IFLA_BRPORT_MODE, IFLA_BRPORT_GUARD,
	IFLA_BRPORT_PROTECT, IFLA_BRPORT_FAST_LEAVE, IFLA_BRPORT_LEARNING,
	IFLA_BRPORT_UNICAST_FLOOD, IFLA_BRPORT_PROXYARP, IFLA_BRPORT_LEARNING_SYNC,
	IFLA_BRPORT_PROXYARP_WIFI, IFLA_BRPORT_MULTICAST_ROUTER, IFLA_BRPORT_MCAST_FLOOD,
	IFLA_BRPORT_MCAST_TO_UCAST, IFLA_BRPORT_BCAST_FLOOD, IFLA_BRPORT_GROUP_FWD_MASK,
	IFLA_BRPORT_NEIGH_SUPPRESS, IFLA_BRPORT_ISOLATED,
};

static bool is_bridge(const struct rtattr *kind)
{
	static const char name[] = "bridge";

	return kind && RTA_PAYLOAD(kind) >= sizeof(name) &&
	       !memcmp(RTA_DATA(kind), name, sizeof(name));
}

/* kind_type, data_type: of the device itself, or of what it is to its master. */
static int save_bridge(int fd, const struct nlmsghdr *h, const struct rtattr *info, int kind_type,
		       int data_type, const unsigned char *types, size_t n)
{
	const struct rtattr *kind = find_in(info, kind_type), *data = find_in(info, data_type);
	struct rtattr *outer, *inner;
	struct message to;
	size_t i;

	if (!is_bridge(kind) || !data)
		return 0;
	begin(&to, RTM_NEWLINK, h);
	outer = nest(&to, IFLA_LINKINFO);
	copy(&to, kind);
	inner = nest(&to, data_type);
	for (i = 0; i < n; i++)
		copy(&to, find_in(data, types[i]));
	nest_ends(&to, inner);
	nest_ends(&to, outer);
	return write_message(fd, &to.h);
}

static int save_link(struct nlmsghdr *h, struct ns_id *ns, void *arg)
{
	const struct rtattr *a = IFLA_RTA(NLMSG_DATA(h)), *info, *names;
	const int size = IFLA_PAYLOAD(h), fd = *(int *)arg;
	struct message to;

	if (h->nlmsg_type != RTM_NEWLINK)
		return 0;
	info = find(a, size, IFLA_LINKINFO);
	names = find(a, size, IFLA_PROP_LIST);
	begin(&to, RTM_NEWLINK, h);
	copy(&to, find(a, size, IFLA_TXQLEN));
	copy(&to, find(a, size, IFLA_GROUP));
	copy(&to, find(a, size, IFLA_IFALIAS));
	if (write_message(fd, &to.h) ||
	    save_bridge(fd, h, info, IFLA_INFO_KIND, IFLA_INFO_DATA, of_bridge,
			sizeof(of_bridge)) ||
	    save_bridge(fd, h, info, IFLA_INFO_SLAVE_KIND, IFLA_INFO_SLAVE_DATA, of_port,
			sizeof(of_port)))
		return -1;
	if (!names)
		return 0;
	begin(&to, RTM_NEWLINKPROP, h);
	copy(&to, names);
	return write_message(fd, &to.h);
}

/* What the kernel has none of is no error. */
static int ask(int sk, int fd, int type, unsigned char family, unsigned char flags,
	       int (*save)(struct nlmsghdr *, struct ns_id *, void *))
{
	struct {
		struct nlmsghdr h;
		union {
			struct ifinfomsg link; /* the longest */
			struct ndmsg neighbour;
		} m;
	} req = {
		.h = { .nlmsg_len = sizeof(req), .nlmsg_type = type, .nlmsg_seq = CR_NLMSG_SEQ,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
	};
	int ret;

	if (type == RTM_GETNEIGH) {
		req.h.nlmsg_len = NLMSG_LENGTH(sizeof(req.m.neighbour));
		req.m.neighbour.ndm_family = family;
		req.m.neighbour.ndm_flags = flags;
	} else if (type == RTM_GETADDRLABEL) {
		req.h.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifaddrlblmsg));
		((struct ifaddrlblmsg *)&req.m)->ifal_family = family;
	} else {
		req.m.link.ifi_family = family;
	}
	ret = do_rtnl_req(sk, &req, req.h.nlmsg_len, save, NULL, NULL, &fd);
	return ret == -EOPNOTSUPP || ret == -EAFNOSUPPORT ? 0 : ret;
}

int save_net_more(int fd)
{
	int sk = socket(PF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), ret;

	if (sk < 0) {
		pr_perror("Can't open rtnl sock");
		return -1;
	}
	ret = ask(sk, fd, RTM_GETLINK, AF_UNSPEC, 0, save_link);
	ret = ret ?: ask(sk, fd, RTM_GETNEIGH, AF_UNSPEC, 0, save_neighbour);
	ret = ret ?: ask(sk, fd, RTM_GETNEIGH, AF_UNSPEC, NTF_PROXY, save_neighbour);
	ret = ret ?: ask(sk, fd, RTM_GETNEIGH, AF_BRIDGE, 0, save_neighbour);
	ret = ret ?: ask(sk, fd, RTM_GETADDRLABEL, AF_INET6, 0, save_label);
	close(sk);
	return ret ? -1 : 0;
}

static int keep_error(int err, struct ns_id *ns, void *arg)
{
	*(int *)arg = err;
	return 0;
}

/* 0, or what the kernel answers. */
static int give(int sk, struct nlmsghdr *h, int type, int flags)
{
	int err = 0;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	h->nlmsg_seq = CR_NLMSG_SEQ;
	h->nlmsg_pid = 0;
	return do_rtnl_req(sk, h, h->nlmsg_len, NULL, keep_error, NULL, &err) ?: err;
}

/*
 * Of a route by a nexthop object the kernel also tells what that is made of, and takes only one of
 * the two. Attributes of no type are passed over.
 */
static void keep_nexthop_only(struct nlmsghdr *h)
{
	const unsigned int other = 1 << RTA_OIF | 1 << RTA_GATEWAY | 1 << RTA_MULTIPATH |
				   1 << RTA_VIA | 1 << RTA_ENCAP_TYPE | 1 << RTA_ENCAP;
	struct rtattr *first = (void *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof(struct rtmsg)), *a;
	const int room = h->nlmsg_len - NLMSG_SPACE(sizeof(struct rtmsg));
	bool by_object = false;
	int n;

	for (a = first, n = room; RTA_OK(a, n); a = RTA_NEXT(a, n))
		by_object |= (a->rta_type & NLA_TYPE_MASK) == RTA_NH_ID;
	for (a = first, n = room; by_object && RTA_OK(a, n); a = RTA_NEXT(a, n)) {
		const unsigned int type = a->rta_type & NLA_TYPE_MASK;

		if (type < 32 && other >> type & 1)
			a->rta_type = RTA_UNSPEC;
	}
}

bool give_net_more(int sk, struct nlmsghdr *h)
{
	const int type = h->nlmsg_type;
	int err;

	switch (type) {
	case RTM_NEWROUTE:
		keep_nexthop_only(h);
		return false;
	case RTM_NEWLINK:
	case RTM_NEWLINKPROP:
		/* A device that is not there is not made. */
		err = give(sk, h, type, 0);
		break;
	case RTM_NEWADDRLABEL:
		/* Some are there, and the kernel does not always notice that it has one. */
		give(sk, h, RTM_DELADDRLABEL, 0);
		err = give(sk, h, type, NLM_F_CREATE);
		break;
	case RTM_NEWNEIGH:
		err = give(sk, h, type, NLM_F_CREATE);
		break;
	default:
		return false;
	}
	if (err && err != -EEXIST)
		pr_warn("A message of type %d is not taken: %s\n", type, strerror(-err));
	return true;
}
