/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to netlink: put together in a buffer, sent, the first answer is the result. */
#ifndef OPENVE_ATTACK_NL_H
#define OPENVE_ATTACK_NL_H

#include <linux/netlink.h>
#include <sys/socket.h>
#include "attack.h"

#define MAKE	(NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK)

static uint32_t nl_sequence;

/* Messages of one request, in one buffer. */
struct request {
	char buf[2048];
	size_t len;
	struct nlmsghdr *at;	/* the last one */
};

static inline void *begin(struct request *r, int type, int flags, size_t head)
{
	r->at = (struct nlmsghdr *)(r->buf + r->len);
	memset(r->at, 0, NLMSG_SPACE(head));
	r->at->nlmsg_type = type;
	r->at->nlmsg_flags = NLM_F_REQUEST | flags;
	r->at->nlmsg_seq = ++nl_sequence;
	r->at->nlmsg_len = NLMSG_SPACE(head);
	r->len += NLMSG_SPACE(head);
	return NLMSG_DATA(r->at);
}

static inline struct nlattr *attr(struct request *r, int type, const void *data, size_t len)
{
	struct nlattr *a = (struct nlattr *)(r->buf + r->len);

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	memset((char *)a + a->nla_len, 0, NLA_ALIGN(len) - len);
	r->len += NLA_HDRLEN + NLA_ALIGN(len);
	r->at->nlmsg_len += NLA_HDRLEN + NLA_ALIGN(len);
	return a;
}

static inline struct nlattr *nest(struct request *r, int type)
{
	return attr(r, type | NLA_F_NESTED, NULL, 0);
}

static inline void nest_end(struct request *r, struct nlattr *a)
{
	a->nla_len = r->buf + r->len - (char *)a;
}

static inline int nl_open(int protocol)
{
	struct timeval limit = { 60, 0 };
	int s = socket(AF_NETLINK, SOCK_RAW, protocol);

	must(s >= 0);
	must(!setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	return s;
}

/* Send; the answer is the first error or acknowledgement. Return: whether granted, else errno. */
static inline bool ask(int s, struct request *r)
{
	char buf[8192];
	ssize_t n;

	if (send(s, r->buf, r->len, 0) < 0)
		return false;
	for (;;) {
		struct nlmsghdr *h = (struct nlmsghdr *)buf;

		n = recv(s, buf, sizeof(buf), 0);
		if (n < 0)
			return false;
		for (; NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
			struct nlmsgerr *e = NLMSG_DATA(h);

			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			errno = -e->error;
			return !e->error;
		}
	}
}

/* The dummy device atk<n>; atk0 and its index, with a socket to talk to. */
bool make_device(int s, int i);
int one_device(int *index);

#endif
