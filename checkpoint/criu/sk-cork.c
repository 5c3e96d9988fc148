// SPDX-License-Identifier: GPL-2.0-only
/*
 * Half a datagram that a UDP socket holds back. OpenVE's kernel shows it; a restore sends it
 * again to where it was for, with "more follows". Owns nothing beyond a call but what
 * dump_corked() hands out.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "sk-cork.h"
#include "util.h"
#include "vz-unread.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "cork: "

#define MOST_BYTES 65535

struct corked {
	InetCorkedEntry e;
	struct ve_udp_corked arg;
	char bytes[MOST_BYTES];
};

int dump_corked(int lfd, InetSkEntry *ie, bool has_cork)
{
	struct corked *c = xzalloc(sizeof(*c));
	int len;

	if (!c)
		return -1;
	c->arg.socket = lfd;
	c->arg.size = sizeof(c->bytes);
	c->arg.bytes = (uintptr_t)c->bytes;
	len = vz_unread(VE_UDP_CORKED, &c->arg);
	if (len <= 0) {
		xfree(c);
		if (!len)
			return 0;
		if (!has_cork) {
			pr_warn("The write queue of a socket at port %u isn't empty\n",
				ie->src_port);
			return 0;
		}
		pr_perror("Can't dump the half datagram in the corked socket at port %u",
			  ie->src_port);
		return -1;
	}
	inet_corked_entry__init(&c->e);
	c->e.family = c->arg.family;
	c->e.n_from = c->e.n_to = 4;
	c->e.from = c->arg.from;
	c->e.to = c->arg.to;
	c->e.port = c->arg.port;
	c->e.device = c->arg.device;
	c->e.segment = c->arg.segment;
	c->e.ttl = c->arg.ttl;
	c->e.tos = c->arg.tos;
	c->e.label = c->arg.label;
	c->e.bytes.data = (void *)c->bytes;
	c->e.bytes.len = len;
	ie->corked = &c->e;
	return 0;
}

void release_corked(InetSkEntry *ie)
{
	if (ie->corked)
		xfree(container_of(ie->corked, struct corked, e));
	ie->corked = NULL;
}

static void add_control(struct msghdr *h, int level, int type, const void *at, size_t len)
{
	struct cmsghdr *c = (void *)((char *)h->msg_control + h->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), at, len);
	h->msg_controllen += CMSG_SPACE(len);
}

static void fill_v4(struct msghdr *h, struct sockaddr_in *to, const InetCorkedEntry *e)
{
	struct in_pktinfo info = {};

	to->sin_family = AF_INET;
	to->sin_port = e->port;
	to->sin_addr.s_addr = e->to[0];
	h->msg_namelen = sizeof(*to);
	/* The device of a local address is not the one that finds it again. */
	info.ipi_spec_dst.s_addr = e->from[0];
	if (IN_MULTICAST(ntohl(e->to[0])))
		info.ipi_ifindex = e->device;
	add_control(h, SOL_IP, IP_PKTINFO, &info, sizeof(info));
	if (e->ttl > 0)
		add_control(h, SOL_IP, IP_TTL, &e->ttl, sizeof(e->ttl));
	if (e->tos >= 0)
		add_control(h, SOL_IP, IP_TOS, &e->tos, sizeof(e->tos));
}

static void fill_v6(struct msghdr *h, struct sockaddr_in6 *to, const InetCorkedEntry *e)
{
	struct in6_pktinfo info = {};

	to->sin6_family = AF_INET6;
	to->sin6_port = e->port;
	to->sin6_flowinfo = htonl(e->label);
	memcpy(&to->sin6_addr, e->to, sizeof(to->sin6_addr));
	if (IN6_IS_ADDR_LINKLOCAL(&to->sin6_addr) || IN6_IS_ADDR_MULTICAST(&to->sin6_addr))
		to->sin6_scope_id = e->device;
	h->msg_namelen = sizeof(*to);
	memcpy(&info.ipi6_addr, e->from, sizeof(info.ipi6_addr));
	info.ipi6_ifindex = to->sin6_scope_id;
	add_control(h, SOL_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	add_control(h, SOL_IPV6, IPV6_HOPLIMIT, &e->ttl, sizeof(e->ttl));
	add_control(h, SOL_IPV6, IPV6_TCLASS, &e->tos, sizeof(e->tos));
}

void restore_corked(int sk, const InetSkEntry *ie)
{
	const InetCorkedEntry *e = ie->corked;
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to = {};
	_Alignas(struct cmsghdr) char control[256] = {};
	struct iovec iov;
	struct msghdr h = { .msg_name = &to, .msg_iov = &iov, .msg_iovlen = 1 };

	if (!e)
		return;
	if (e->n_from != 4 || e->n_to != 4) {
		pr_warn("Bad half datagram in image\n");
		return;
	}
	h.msg_control = control;
	iov.iov_base = e->bytes.data;
	iov.iov_len = e->bytes.len;
	if (e->family == AF_INET)
		fill_v4(&h, &to.v4, e);
	else
		fill_v6(&h, &to.v6, e);
	if (e->segment) {
		uint16_t segment = e->segment;

		add_control(&h, SOL_UDP, 103 /* UDP_SEGMENT */, &segment, sizeof(segment));
	}
	/* As with any datagram: it may be lost, and the program does not stop for it. */
	if (sendmsg(sk, &h, MSG_MORE | MSG_DONTWAIT) != (ssize_t)e->bytes.len)
		pr_warn("Half a datagram of port %u is lost: %s\n", ie->src_port, strerror(errno));
}
