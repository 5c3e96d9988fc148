// SPDX-License-Identifier: GPL-2.0-only
#include "nl.h"

static void *nl_room(struct nl *nl, size_t len)
{
	void *at = nl->buf + nl->len;

	need(nl->len + NLMSG_ALIGN(len) <= sizeof(nl->buf));
	memset(at, 0, NLMSG_ALIGN(len));
	nl->len += NLMSG_ALIGN(len);
	return at;
}

void *nl_msg(struct nl *nl, int type, int flags, size_t size)
{
	nl->msg = nl_room(nl, sizeof(*nl->msg));
	nl->msg->nlmsg_type = type;
	nl->msg->nlmsg_flags = NLM_F_REQUEST | flags;
	nl->msg->nlmsg_len = NLMSG_LENGTH(size);
	return nl_room(nl, size);
}

struct nlattr *nl_put(struct nl *nl, int type, const void *data, size_t len)
{
	struct nlattr *a = nl_room(nl, NLA_HDRLEN + len);

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	nl->msg->nlmsg_len = nl->buf + nl->len - (char *)nl->msg;
	return a;
}

void nl_text(struct nl *nl, int type, const char *text)
{
	nl_put(nl, type, text, strlen(text) + 1);
}

void nl_be32(struct nl *nl, int type, unsigned int value)
{
	value = htonl(value);
	nl_put(nl, type, &value, sizeof(value));
}

struct nlattr *nl_nest(struct nl *nl, int type)
{
	return nl_put(nl, type | NLA_F_NESTED, NULL, 0);
}

void nl_end(struct nl *nl, struct nlattr *nest)
{
	nest->nla_len = nl->buf + nl->len - (char *)nest;
}

int nl_open(int protocol)
{
	struct timeval limit = { .tv_sec = 20 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	need(fd >= 0);
	need(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	return fd;
}

int nl_talk(int fd, struct nl *nl, int acks)
{
	char buf[16384] __attribute__((aligned(8)));
	struct nlmsghdr *h;
	int err = 0;
	ssize_t n;

	n = send(fd, nl->buf, nl->len, 0);
	nl->len = 0;
	if (n < 0)
		return errno;
	while (acks > 0 && !err) {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n < 0)
			return errno;
		for (h = (struct nlmsghdr *)buf; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			if (!err)
				err = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
			acks--;
		}
	}
	/* Answers that come after an error. */
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	return err;
}

int link_add(int fd, const char *name, const char *kind)
{
	struct nl nl = { 0 };
	struct nlattr *info;

	nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	nl_text(&nl, IFLA_IFNAME, name);
	info = nl_nest(&nl, IFLA_LINKINFO);
	nl_text(&nl, IFLA_INFO_KIND, kind);
	nl_end(&nl, info);
	return nl_talk(fd, &nl, 1);
}

int link_del(int fd, const char *name)
{
	struct nl nl = { 0 };

	nl_msg(&nl, RTM_DELLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	nl_text(&nl, IFLA_IFNAME, name);
	return nl_talk(fd, &nl, 1);
}

int link_up(int fd, const char *name)
{
	struct nl nl = { 0 };
	struct ifinfomsg *ifi = nl_msg(&nl, RTM_NEWLINK, NLM_F_ACK, sizeof(*ifi));

	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	nl_text(&nl, IFLA_IFNAME, name);
	return nl_talk(fd, &nl, 1);
}

int neigh_talk(int fd, int type, int ifindex, int i, int state)
{
	unsigned char mac[6] = { 2, 0, 0, 0, i >> 8, i };
	struct in_addr to = { htonl(0x0a090000 + i) };
	struct nl nl = { 0 };
	struct ndmsg *nd = nl_msg(&nl, type, NLM_F_ACK | NLM_F_CREATE, sizeof(*nd));

	nd->ndm_family = AF_INET;
	nd->ndm_ifindex = ifindex;
	nd->ndm_state = state;
	nl_put(&nl, NDA_DST, &to, sizeof(to));
	nl_put(&nl, NDA_LLADDR, mac, sizeof(mac));
	return nl_talk(fd, &nl, 1);
}

void nft_msg(struct nl *nl, int type, int flags)
{
	struct nfgenmsg *g;

	g = nl_msg(nl, NFNL_SUBSYS_NFTABLES << 8 | type, flags, sizeof(*g));
	g->nfgen_family = NFPROTO_IPV4;
	g->version = NFNETLINK_V0;
}

static void nft_edge(struct nl *nl, int type)
{
	struct nfgenmsg *g = nl_msg(nl, type, 0, sizeof(*g));

	g->version = NFNETLINK_V0;
	g->res_id = htons(NFNL_SUBSYS_NFTABLES);
}

void nft_begin(struct nl *nl)
{
	nl->len = 0;
	nft_edge(nl, NFNL_MSG_BATCH_BEGIN);
}

int nft_commit(int fd, struct nl *nl, int acks)
{
	nft_edge(nl, NFNL_MSG_BATCH_END);
	return nl_talk(fd, nl, acks);
}

int nft_table(int fd)
{
	struct nl nl = { 0 };
	struct nlattr *hook;

	nft_begin(&nl);
	nft_msg(&nl, NFT_MSG_NEWTABLE, NLM_F_ACK | NLM_F_CREATE);
	nl_text(&nl, NFTA_TABLE_NAME, "t");
	nft_msg(&nl, NFT_MSG_NEWCHAIN, NLM_F_ACK | NLM_F_CREATE);
	nl_text(&nl, NFTA_CHAIN_TABLE, "t");
	nl_text(&nl, NFTA_CHAIN_NAME, "c");
	hook = nl_nest(&nl, NFTA_CHAIN_HOOK);
	nl_be32(&nl, NFTA_HOOK_HOOKNUM, 3);	/* output */
	nl_be32(&nl, NFTA_HOOK_PRIORITY, 0);
	nl_end(&nl, hook);
	nl_text(&nl, NFTA_CHAIN_TYPE, "filter");
	return nft_commit(fd, &nl, 2);
}

int nft_del_table(int fd)
{
	struct nl nl = { 0 };

	nft_begin(&nl);
	nft_msg(&nl, NFT_MSG_DELTABLE, NLM_F_ACK);
	nl_text(&nl, NFTA_TABLE_NAME, "t");
	return nft_commit(fd, &nl, 1);
}

struct nft_expr nft_expr(struct nl *nl, const char *name)
{
	struct nft_expr e;

	e.elem = nl_nest(nl, NFTA_LIST_ELEM);
	nl_text(nl, NFTA_EXPR_NAME, name);
	e.data = nl_nest(nl, NFTA_EXPR_DATA);
	return e;
}

void nft_expr_end(struct nl *nl, struct nft_expr e)
{
	nl_end(nl, e.data);
	nl_end(nl, e.elem);
}

void nft_rule(struct nl *nl)
{
	nft_msg(nl, NFT_MSG_NEWRULE, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND);
	nl_text(nl, NFTA_RULE_TABLE, "t");
	nl_text(nl, NFTA_RULE_CHAIN, "c");
}

int nft_track(int fd)
{
	struct nl nl = { 0 };
	struct nlattr *list;
	struct nft_expr e;
	int err;

	err = nft_table(fd);
	if (err)
		return err;
	nft_begin(&nl);
	nft_rule(&nl);
	list = nl_nest(&nl, NFTA_RULE_EXPRESSIONS);
	e = nft_expr(&nl, "ct");
	nl_be32(&nl, NFTA_CT_KEY, NFT_CT_STATE);
	nl_be32(&nl, NFTA_CT_DREG, NFT_REG_1);
	nft_expr_end(&nl, e);
	nl_end(&nl, list);
	return nft_commit(fd, &nl, 1);
}
