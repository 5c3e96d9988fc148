/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What dump and restore of nftables share: kinds of messages, attributes, a buffer. All of
 * it lives in one process of CRIU and has no lock.
 */
#ifndef __CR_NFT_MESSAGE_H__
#define __CR_NFT_MESSAGE_H__

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include "xmalloc.h"

#define NFT_MAGIC "NFTMSG1\n"
#define NFT_TYPE(msg) ((NFNL_SUBSYS_NFTABLES << 8) | (msg))

struct nft_kind {
	const char *name;
	int get, add;
	int handles[2]; /* attributes that would mean something that is there already */
};

/* In the order of a restore: what is named comes before what names it. */
static const struct nft_kind nft_kinds[] = {
	{ "table", NFT_MSG_GETTABLE, NFT_MSG_NEWTABLE },
	{ "set", NFT_MSG_GETSET, NFT_MSG_NEWSET },
	{ "object", NFT_MSG_GETOBJ, NFT_MSG_NEWOBJ },
	{ "flowtable", NFT_MSG_GETFLOWTABLE, NFT_MSG_NEWFLOWTABLE },
	{ "chain", NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN, { NFTA_CHAIN_HANDLE } },
	{ "elements", NFT_MSG_GETSETELEM, NFT_MSG_NEWSETELEM },
	{ "rule", NFT_MSG_GETRULE, NFT_MSG_NEWRULE, { NFTA_RULE_HANDLE, NFTA_RULE_POSITION } },
};

/* --- attributes */

#define for_each_attr(a, data, len)					\
	for (int rest__ = (len), step__ = ((a) = (const void *)(data), 0); \
	     rest__ >= (int)NLA_HDRLEN && (a)->nla_len >= NLA_HDRLEN &&	\
	     (a)->nla_len <= rest__;					\
	     step__ = NLA_ALIGN((a)->nla_len), rest__ -= step__,	\
	     (a) = (const void *)(a) + step__)

static inline const void *attr_data(const struct nlattr *a)
{
	return (const void *)a + NLA_HDRLEN;
}

static inline int attr_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static inline const struct nlattr *find_attr(const void *data, int len, int type)
{
	const struct nlattr *a;

	for_each_attr(a, data, len)
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

static inline const struct nlattr *find_nested(const struct nlattr *a, int type)
{
	return a ? find_attr(attr_data(a), attr_len(a), type) : NULL;
}

static inline const struct nlattr *find_in_msg(const struct nlmsghdr *h, int type)
{
	int head = NLMSG_ALIGN(sizeof(struct nfgenmsg));

	return find_attr(NLMSG_DATA(h) + head, NLMSG_PAYLOAD(h, sizeof(struct nfgenmsg)), type);
}

static inline uint32_t attr_be32(const struct nlattr *a)
{
	uint32_t v = 0;

	if (a && attr_len(a) >= (int)sizeof(v))
		memcpy(&v, attr_data(a), sizeof(v));
	return ntohl(v);
}

/* An image may have text without an end: that is none. */
static inline const char *attr_text(const struct nlattr *a)
{
	return a && memchr(attr_data(a), 0, attr_len(a)) ? attr_data(a) : "";
}

/* --- a buffer that grows */

struct buf {
	char *data;
	size_t len, size;
	bool failed;
};

static inline void *buf_add(struct buf *b, const void *data, size_t len)
{
	size_t size = b->size ?: 65536;
	char *at;

	while (size < b->len + NLMSG_ALIGN(len))
		size *= 2;
	if (size != b->size) {
		at = xrealloc(b->data, size);
		if (!at) {
			b->failed = true;
			return NULL;
		}
		b->data = at;
		b->size = size;
	}
	at = b->data + b->len;
	memset(at, 0, NLMSG_ALIGN(len));
	if (data)
		memcpy(at, data, len);
	b->len += NLMSG_ALIGN(len);
	return at;
}

static inline void buf_attr(struct buf *b, int type, const void *data, int len)
{
	struct nlattr *a = buf_add(b, NULL, NLA_HDRLEN + len);

	if (!a)
		return;
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	memcpy((void *)a + NLA_HDRLEN, data, len);
}

static inline void buf_be32(struct buf *b, int type, uint32_t value)
{
	value = htonl(value);
	buf_attr(b, type, &value, sizeof(value));
}

#endif
