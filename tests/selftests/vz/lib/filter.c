// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

int ipt_size(void)
{
	struct ipt_getinfo info = { .name = "filter" };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), n = -1, err;
	socklen_t len = sizeof(info);

	if (fd < 0)
		return -1;
	if (!getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &len))
		n = info.num_entries;
	err = errno;
	close(fd);
	errno = err;
	return n;
}

int ipt_replace(int rules)
{
	static struct xt_counters counters[MOST + POLICIES];
	static char buf[sizeof(struct ipt_replace) + (MOST + 3) * sizeof(struct rule) +
			sizeof(struct last)] __attribute__((aligned(8)));
	struct ipt_replace *r = (void *)buf;
	struct rule *at = (void *)r->entries;
	int size = ipt_size(), fd, i, err = 0;
	struct last *last;

	if (size < 0)
		return errno;
	memset(buf, 0, sizeof(buf));
	strcpy(r->name, "filter");
	r->valid_hooks = 1 << NF_INET_LOCAL_IN | 1 << NF_INET_FORWARD | 1 << NF_INET_LOCAL_OUT;
	r->num_entries = rules + POLICIES;
	r->num_counters = size;
	r->counters = counters;
	for (i = 0; i < rules + 3; i++, at++) {
		at->entry.target_offset = sizeof(at->entry);
		at->entry.next_offset = sizeof(*at);
		at->target.target.u.target_size = sizeof(at->target);
		at->target.verdict = -NF_ACCEPT - 1;
	}
	last = (void *)at;
	last->entry.target_offset = sizeof(last->entry);
	last->entry.next_offset = sizeof(*last);
	last->target.target.u.target_size = sizeof(last->target);
	strcpy(last->target.target.u.user.name, XT_ERROR_TARGET);
	strcpy(last->target.errorname, "ERROR");
	r->size = (char *)(last + 1) - (char *)r->entries;
	r->underflow[NF_INET_LOCAL_IN] = rules * sizeof(struct rule);
	r->hook_entry[NF_INET_FORWARD] = r->underflow[NF_INET_FORWARD] =
		(rules + 1) * sizeof(struct rule);
	r->hook_entry[NF_INET_LOCAL_OUT] = r->underflow[NF_INET_LOCAL_OUT] =
		(rules + 2) * sizeof(struct rule);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return errno;
	if (setsockopt(fd, IPPROTO_IP, IPT_SO_SET_REPLACE, r, sizeof(*r) + r->size))
		err = errno;
	close(fd);
	return err;
}

int nft_add_rules(int fd, int n)
{
	struct nl nl;
	int i;

	nft_begin(&nl);
	for (i = 0; i < n; i++)
		nft_rule(&nl);
	return nft_commit(fd, &nl, n);
}

int nft_set(int fd, int flags)
{
	struct nlattr *desc;
	struct nl nl;

	nft_begin(&nl);
	nft_msg(&nl, NFT_MSG_NEWSET, NLM_F_ACK | NLM_F_CREATE);
	nl_text(&nl, NFTA_SET_TABLE, "t");
	nl_text(&nl, NFTA_SET_NAME, "s");
	nl_be32(&nl, NFTA_SET_FLAGS, flags);
	nl_be32(&nl, NFTA_SET_KEY_TYPE, 7);
	nl_be32(&nl, NFTA_SET_KEY_LEN, 4);
	nl_be32(&nl, NFTA_SET_ID, 1);
	desc = nl_nest(&nl, NFTA_SET_DESC);
	nl_be32(&nl, NFTA_SET_DESC_SIZE, 1000);
	nl_end(&nl, desc);
	return nft_commit(fd, &nl, 1);
}

void nft_element_msg(struct nl *nl, bool add, int i)
{
	struct nlattr *list, *elem, *key;

	nft_msg(nl, add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
		NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0));
	nl_text(nl, NFTA_SET_ELEM_LIST_TABLE, "t");
	nl_text(nl, NFTA_SET_ELEM_LIST_SET, "s");
	list = nl_nest(nl, NFTA_SET_ELEM_LIST_ELEMENTS);
	elem = nl_nest(nl, NFTA_LIST_ELEM);
	key = nl_nest(nl, NFTA_SET_ELEM_KEY);
	nl_be32(nl, NFTA_DATA_VALUE, 0x0a000000 + i);
	nl_end(nl, key);
	nl_end(nl, elem);
	nl_end(nl, list);
}

int nft_element(int fd, bool add, int i)
{
	struct nl nl;

	nft_begin(&nl);
	nft_element_msg(&nl, add, i);
	return nft_commit(fd, &nl, 1);
}

int nft_add_dynset(int fd)
{
	struct nlattr *list;
	struct nft_expr e;
	struct nl nl;

	nft_begin(&nl);
	nft_rule(&nl);
	list = nl_nest(&nl, NFTA_RULE_EXPRESSIONS);
	e = nft_expr(&nl, "payload");
	nl_be32(&nl, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nl_be32(&nl, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	nl_be32(&nl, NFTA_PAYLOAD_OFFSET, 16);
	nl_be32(&nl, NFTA_PAYLOAD_LEN, 4);
	nft_expr_end(&nl, e);
	e = nft_expr(&nl, "dynset");
	nl_text(&nl, NFTA_DYNSET_SET_NAME, "s");
	nl_be32(&nl, NFTA_DYNSET_OP, NFT_DYNSET_OP_ADD);
	nl_be32(&nl, NFTA_DYNSET_SREG_KEY, NFT_REG_1);
	nft_expr_end(&nl, e);
	nl_end(&nl, list);
	return nft_commit(fd, &nl, 1);
}
