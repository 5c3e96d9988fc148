// SPDX-License-Identifier: GPL-2.0-only
/*
 * Datagrams of UDP in the queue of a socket. A dump looks at them where they lie; the VE is
 * frozen, so that nobody else does. A restore makes each anew, and sends it by the loopback of
 * the net namespace, from the address it came from. Owns nothing beyond a call.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/in6.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../soccr/soccr.h"

#include "log.h"
#include "sk-unread.h"
#include "sockets.h"
#include "util.h"
#include "xmalloc.h"

#undef LOG_PREFIX
#define LOG_PREFIX "unread: "

/* The largest that one recvmsg() gives. */
#define MOST_BYTES 65536
#define MOST_MS	   200

/* All addresses here are those of IPv6, the ones of IPv4 as mapped ones. */
static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4(const void *addr)
{
	return !memcmp(addr, mapped, sizeof(mapped));
}

static const unsigned char *v4_of(const void *addr)
{
	return (const unsigned char *)addr + sizeof(mapped);
}

static void set_v4(void *addr, const void *v4)
{
	memcpy(addr, mapped, sizeof(mapped));
	memcpy((char *)addr + sizeof(mapped), v4, 4);
}

/* What a datagram has beside its bytes: asked for while the queue is looked at. */
static const struct {
	int level, name;
} asked_for[] = {
	{ SOL_IP, IP_PKTINFO },
	{ SOL_IP, IP_RECVTTL },
	{ SOL_IP, IP_RECVTOS },
	{ SOL_IPV6, IPV6_RECVPKTINFO },
	{ SOL_IPV6, IPV6_RECVHOPLIMIT },
	{ SOL_IPV6, IPV6_RECVTCLASS },
};

static unsigned int ask(int sk)
{
	unsigned int i, turned_on = 0;
	int on = 1;

	for (i = 0; i < ARRAY_SIZE(asked_for); i++) {
		int was = 1;
		socklen_t len = sizeof(was);

		if (!getsockopt(sk, asked_for[i].level, asked_for[i].name, &was, &len) && !was &&
		    !setsockopt(sk, asked_for[i].level, asked_for[i].name, &on, sizeof(on)))
			turned_on |= 1 << i;
	}
	return turned_on;
}

static int ask_no_more(int sk, unsigned int turned_on)
{
	unsigned int i;
	int off = 0, ret = 0;

	for (i = 0; i < ARRAY_SIZE(asked_for); i++)
		if (turned_on & 1 << i)
			ret |= restore_opt(sk, asked_for[i].level, asked_for[i].name, &off);
	return ret;
}

struct unread {
	InetUnreadEntry e;
	u32 from[4], to[4];
	char bytes[];
};

void release_unread(InetSkEntry *ie)
{
	while (ie->n_unread)
		xfree(container_of(ie->unread[--ie->n_unread], struct unread, e));
	xfree(ie->unread);
	ie->unread = NULL;
}

static void put_control(struct unread *u, struct cmsghdr *c, int *segment)
{
	int number = 0;

	if (c->cmsg_len == CMSG_LEN(1))
		number = *CMSG_DATA(c);
	else if (c->cmsg_len >= CMSG_LEN(sizeof(number)))
		memcpy(&number, CMSG_DATA(c), sizeof(number));

	if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo *info = (void *)CMSG_DATA(c);

		set_v4(u->to, &info->ipi_addr);
		u->e.device = info->ipi_ifindex;
	} else if (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo *info = (void *)CMSG_DATA(c);

		memcpy(u->to, &info->ipi6_addr, sizeof(u->to));
		u->e.device = info->ipi6_ifindex;
	} else if ((c->cmsg_level == SOL_IP && c->cmsg_type == IP_TTL) ||
		   (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)) {
		u->e.ttl = number;
	} else if ((c->cmsg_level == SOL_IP && c->cmsg_type == IP_TOS) ||
		   (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_TCLASS)) {
		u->e.tos = number;
	} else if (c->cmsg_level == SOL_UDP && c->cmsg_type == 104 /* UDP_GRO */) {
		*segment = number;
	}
}

static int add_one(InetSkEntry *ie, const struct unread *like, const char *bytes, size_t size)
{
	struct unread *u = xmalloc(sizeof(*u) + size);

	if (!u || xrealloc_safe(&ie->unread, (ie->n_unread + 1) * sizeof(*ie->unread))) {
		xfree(u);
		return -1;
	}
	*u = *like;
	memcpy(u->bytes, bytes, size);
	u->e.from = u->from;
	u->e.to = u->to;
	u->e.bytes.data = (void *)u->bytes;
	u->e.bytes.len = size;
	ie->unread[ie->n_unread++] = &u->e;
	return 0;
}

/* 1: that was all. Datagrams that were merged for the reader are single ones again. */
static int peek_one(int sk, char *bytes, InetSkEntry *ie)
{
	struct unread u = { .e = INET_UNREAD_ENTRY__INIT };
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} from = {};
	char control[1024];
	struct iovec iov = { bytes, MOST_BYTES };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int segment = 0;
	struct cmsghdr *c;
	ssize_t size, at;

	size = recvmsg(sk, &msg, MSG_PEEK | MSG_DONTWAIT);
	if (size < 0)
		return errno == EAGAIN ? 1 : 0; /* else what an earlier send was answered */
	if (!msg.msg_namelen)
		return 1;
	if (from.v4.sin_family == AF_INET) {
		set_v4(u.from, &from.v4.sin_addr);
		u.e.port = ntohs(from.v4.sin_port);
	} else {
		memcpy(u.from, &from.v6.sin6_addr, sizeof(u.from));
		u.e.port = ntohs(from.v6.sin6_port);
	}
	u.e.n_from = u.e.n_to = 4;
	u.e.ttl = 64;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		put_control(&u, c, &segment);
	if (!segment)
		segment = size;
	at = 0;
	do {
		if (add_one(ie, &u, bytes + at, min((ssize_t)segment, size - at)))
			return -1;
		at += segment;
	} while (at < size);
	return 0;
}

int dump_unread(int lfd, InetSkEntry *ie)
{
	struct pollfd ready = { .fd = lfd, .events = POLLIN };
	int was, start = 0, ret, errors = 0;
	socklen_t len = sizeof(was);
	unsigned int turned_on;
	char *bytes;

	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLIN))
		return 0;
	if (getsockopt(lfd, SOL_SOCKET, SO_PEEK_OFF, &was, &len) ||
	    setsockopt(lfd, SOL_SOCKET, SO_PEEK_OFF, &start, sizeof(start))) {
		pr_perror("Can't look at the datagrams of socket %x", ie->ino);
		return -1;
	}
	turned_on = ask(lfd);
	bytes = xmalloc(MOST_BYTES);
	ret = bytes ? 0 : -1;
	while (!ret) {
		size_t n = ie->n_unread;

		ret = peek_one(lfd, bytes, ie);
		if (!ret && n == ie->n_unread && ++errors > 8)
			ret = 1;
	}
	xfree(bytes);
	if (ask_no_more(lfd, turned_on) || restore_opt(lfd, SOL_SOCKET, SO_PEEK_OFF, &was))
		ret = -1;
	pr_info("%zu datagrams of socket %x are not read\n", ie->n_unread, ie->ino);
	return ret < 0 ? -1 : 0;
}

static u32 add_up(u32 sum, const void *at, size_t size)
{
	const unsigned char *p = at;
	size_t i;

	for (i = 0; i < size; i++)
		sum += i % 2 ? p[i] : p[i] << 8;
	return (sum & 0xffff) + (sum >> 16);
}

/* The header of UDP; its place is behind that of IP, and before the bytes. */
static void put_udp(char *at, const InetSkEntry *ie, const InetUnreadEntry *e, const u32 *to)
{
	struct udphdr udp = {
		.source = htons(e->port),
		.dest = htons(ie->src_port),
		.len = htons(sizeof(udp) + e->bytes.len),
	};
	size_t skip = is_v4(to) ? sizeof(mapped) : 0;
	u32 sum;

	sum = ie->proto + sizeof(udp) + e->bytes.len;
	sum = add_up(sum, (char *)e->from + skip, 16 - skip);
	sum = add_up(sum, (char *)to + skip, 16 - skip);
	sum = add_up(sum, &udp, sizeof(udp));
	sum = add_up(sum, e->bytes.data, e->bytes.len);
	sum = (sum & 0xffff) + (sum >> 16);
	udp.check = htons((unsigned short)~sum) ?: 0xffff;
	memcpy(at, &udp, sizeof(udp));
	memcpy(at + sizeof(udp), e->bytes.data, e->bytes.len);
}

static size_t put_ip(char *at, const InetSkEntry *ie, const InetUnreadEntry *e, const u32 *to)
{
	size_t size = sizeof(struct udphdr) + e->bytes.len;
	struct iphdr v4 = {
		.version = 4,
		.ihl = 5,
		.tos = e->tos,
		.ttl = e->ttl,
		.protocol = ie->proto,
	};
	unsigned char v6[40] = { 0x60 | e->tos >> 4, e->tos << 4, 0, 0, size >> 8, size,
				 ie->proto, e->ttl };

	if (is_v4(to)) {
		memcpy(&v4.saddr, v4_of(e->from), 4);
		memcpy(&v4.daddr, v4_of(to), 4);
		memcpy(at, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(v6 + 8, e->from, 16);
	memcpy(v6 + 24, to, 16);
	memcpy(at, v6, sizeof(v6));
	return sizeof(v6);
}

static socklen_t name_of(void *name, const u32 *addr, unsigned int port, unsigned int device,
			 bool v6)
{
	struct sockaddr_in *in = name;
	struct sockaddr_in6 *in6 = name;
	bool link_local = (addr[0] & htonl(0xffc00000)) == htonl(0xfe800000);

	if (is_v4(addr) && !v6) {
		*in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&in->sin_addr, v4_of(addr), 4);
		return sizeof(*in);
	}
	*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
	memcpy(&in6->sin6_addr, addr, 16);
	in6->sin6_scope_id = link_local ? device : 0;
	return sizeof(*in6);
}

/* An address of one of our devices: a datagram to any other one would leave. */
static bool is_ours(const u32 *to, unsigned int device)
{
	struct sockaddr_storage name;
	socklen_t len = name_of(&name, to, 0, device, false);
	bool ours;
	int sk;

	if (is_v4(to) ? (v4_of(to)[0] & 0xf0) == 0xe0 : *(unsigned char *)to == 0xff)
		return false;
	sk = socket(name.ss_family, SOCK_DGRAM, 0);
	/* One may be bound to the address of a broadcast, too, but not connect to it. */
	ours = sk >= 0 && !bind(sk, (void *)&name, len);
	if (ours) {
		name_of(&name, to, 9, device, false);
		ours = !connect(sk, (void *)&name, len);
	}
	close_safe(&sk);
	return ours;
}

static unsigned int room_used(int sk)
{
	unsigned int info[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(info);

	getsockopt(sk, SOL_SOCKET, 55 /* SO_MEMINFO */, info, &len);
	return info[SK_MEMINFO_RMEM_ALLOC];
}

/*
 * As if it came again, by the loopback: the kernel tells the reader the device that has the
 * address. The queue is made to hold more than any had; it arrives at once, or a little later.
 */
static int send_again(int sk, int raw, InetSkEntry *ie, InetUnreadEntry *e, int *ms)
{
	u32 to[4], local[4] = { 0, 0, 0, htonl(1) };
	char *packet = xmalloc(128 + e->bytes.len);
	unsigned int before = room_used(sk), i;
	struct sockaddr_storage name;
	bool anywhere = true;
	ssize_t ret;
	size_t size;

	if (!packet)
		return -1;
	for (i = 0; i < ie->n_src_addr; i++)
		anywhere &= !ie->src_addr[i];
	memcpy(to, e->to, sizeof(to));
	if (is_v4(to))
		set_v4(local, "\x7f\0\0\1");
	/* It was for many: that is not said again to all. */
	if (anywhere && !is_ours(to, e->device))
		memcpy(to, local, sizeof(to));
	if (!is_ours(to, e->device)) {
		xfree(packet);
		errno = EADDRNOTAVAIL;
		return -1;
	}
	size = put_ip(packet, ie, e, to);
	put_udp(packet + size, ie, e, to);
	size += sizeof(struct udphdr) + e->bytes.len;
	ret = sendto(raw, packet, size, 0, (void *)&name, name_of(&name, to, 0, e->device, false));
	xfree(packet);
	if (ret < 0)
		return -1;
	for (; room_used(sk) == before && *ms; --*ms)
		usleep(1000);
	errno = ETIMEDOUT;
	return room_used(sk) == before ? -1 : 0;
}

/* Of several sockets at one port the one with a peer is taken: so it gets one for a moment. */
static bool prefer(int sk, const InetSkEntry *ie, const InetUnreadEntry *e)
{
	struct sockaddr_storage name;
	socklen_t len = name_of(&name, e->from, e->port, e->device, ie->family == AF_INET6);

	return !ie->dst_port && (ie->opts->reuseaddr || ie->opts->so_reuseport) && e->port &&
	       !connect(sk, (void *)&name, len);
}

static void prefer_no_more(int sk)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	if (connect(sk, &none, sizeof(none)))
		pr_perror("A socket keeps a peer that it had not");
}

static int open_raw(bool v4)
{
	int raw = socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	int mark = SOCCR_MARK;

	if (raw >= 0 && setsockopt(raw, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
		pr_perror("A lock of the network may drop datagrams");
	return raw;
}

/* The device of a datagram is kept only where the reader has asked for it by then. */
static int tell_device(int sk, const InetSkEntry *ie)
{
	int on = 1;

	if (!ie->ip_opts || !ie->ip_opts->has_pktinfo)
		return 0;
	return ie->family == AF_INET6 ? restore_opt(sk, SOL_IPV6, IPV6_RECVPKTINFO, &on) :
					restore_opt(sk, SOL_IP, IP_PKTINFO, &on);
}

int restore_unread(int sk, InetSkEntry *ie)
{
	int raw[2] = { -1, -1 }, ms = MOST_MS, lost = 0;
	size_t i;

	if (!ie->n_unread)
		return 0;
	if (restore_prepare_socket(sk) || tell_device(sk, ie))
		return -1;
	for (i = 0; i < ie->n_unread; i++) {
		InetUnreadEntry *e = ie->unread[i];
		int *by;
		bool v4, preferred;

		if (e->n_from != 4 || e->n_to != 4 || is_v4(e->from) != is_v4(e->to) ||
		    e->bytes.len > MOST_BYTES) {
			pr_err("Bad datagram in image\n");
			return -1;
		}
		v4 = is_v4(e->to);
		by = &raw[v4];
		if (*by < 0)
			*by = open_raw(v4);
		preferred = *by >= 0 && prefer(sk, ie, e);
		if (*by < 0 || send_again(sk, *by, ie, e, &ms)) {
			if (!lost++)
				pr_perror("A datagram for port %u is lost", ie->src_port);
		}
		if (preferred)
			prefer_no_more(sk);
	}
	close_safe(&raw[0]);
	close_safe(&raw[1]);
	pr_info("%zu of %zu datagrams for port %u are there again\n", ie->n_unread - lost,
		ie->n_unread, ie->src_port);
	return 0;
}
