// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams that nobody has read: from whom, for which address, at which of several sockets. */
#include "net.h"

static int one, many[3], from[2];
static struct sockaddr_storage at, at_from[2];
static char buf[65536];
static int count;

static bool got(int fd, const char *text, int sender)
{
	struct sockaddr_storage name = { 0 };
	socklen_t len = sizeof(name);
	ssize_t size = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, (void *)&name, &len);

	return size == (ssize_t)strlen(text) && !memcmp(buf, text, size) &&
	       !memcmp(&name, &at_from[sender], net_size(&at_from[sender]));
}

static void put(int sender, const char *text, const struct sockaddr_storage *to)
{
	equal(sendto(from[sender], text, strlen(text), 0, (void *)to, net_size(to)), strlen(text));
}

static void receiver(int family, const char *name)
{
	struct sockaddr_in6 *in6 = (void *)&at;
	struct sockaddr_in *in = (void *)&at;
	socklen_t len = sizeof(at);

	at.ss_family = family;
	need(inet_pton(family, name, family == AF_INET ? (void *)&in->sin_addr : &in6->sin6_addr));
	need((one = socket(family, SOCK_DGRAM, 0)) >= 0);
	need(!bind(one, (void *)&at, net_size(&at)));
	need(!getsockname(one, (void *)&at, &len));
}

static void senders(int family)
{
	for (int i = 0; i < 2; i++)
		from[i] = net_bound(family, SOCK_DGRAM, 0, &at_from[i]);
}

/* --- from several, an empty one among them */
static void put_several(void)
{
	put(0, "one", &at);
	put(1, "", &at);
	put(1, "three", &at);
}

static void verify_several(void)
{
	need(got(one, "one", 0));
	need(got(one, "", 1));
	need(got(one, "three", 1));
	need(recv(one, buf, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN);
	put_several();
}

static void spoil_take(void)
{
	need(recv(one, buf, sizeof(buf), MSG_DONTWAIT) >= 0);
}

static void set_up_several(void)
{
	receiver(AF_INET, "127.0.0.1");
	senders(AF_INET);
	put_several();
}

static void set_up_several6(void)
{
	receiver(AF_INET6, "::1");
	senders(AF_INET6);
	put_several();
}

STATE(udp_senders, "UDP datagrams of several senders, one empty, not read", set_up_several,
      verify_several, spoil_take);
STATE(udp6_senders, "the same over IPv6", set_up_several6, verify_several, spoil_take);

/* --- of IPv4, at a socket of IPv6 */
static void put_mapped(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };

	to.sin_port = ((struct sockaddr_in6 *)&at)->sin6_port;
	equal(sendto(from[0], "old", 3, 0, (void *)&to, sizeof(to)), 3);
}

static void set_up_mapped(void)
{
	receiver(AF_INET6, "::");
	senders(AF_INET);
	put_mapped();
}

static void verify_mapped(void)
{
	struct sockaddr_in6 name;
	socklen_t len = sizeof(name);
	struct in6_addr want;

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &want);
	equal(recvfrom(one, buf, 10, MSG_DONTWAIT, (void *)&name, &len), 3);
	same(&name.sin6_addr, &want, sizeof(want));
	equal(name.sin6_port, ((struct sockaddr_in *)&at_from[0])->sin_port);
	put_mapped();
}

STATE(udp_mapped_queued, "a datagram of IPv4 at a socket of IPv6, not read", set_up_mapped,
      verify_mapped, spoil_take);

/* --- with what its header says */
static void put_headed(void)
{
	struct sockaddr_in to = *(struct sockaddr_in *)&at;
	int ttl = 33, tos = 0x28;

	to.sin_addr.s_addr = htonl(0x7f000309);
	need(!setsockopt(from[0], SOL_IP, IP_TTL, &ttl, sizeof(ttl)));
	need(!setsockopt(from[0], SOL_IP, IP_TOS, &tos, sizeof(tos)));
	equal(sendto(from[0], "to 3.9", 6, 0, (void *)&to, sizeof(to)), 6);
}

static void set_up_headed(void)
{
	int on = 1;

	receiver(AF_INET, "0.0.0.0");
	senders(AF_INET);
	need(!setsockopt(one, SOL_IP, IP_PKTINFO, &on, sizeof(on)));
	need(!setsockopt(one, SOL_IP, IP_RECVTTL, &on, sizeof(on)));
	need(!setsockopt(one, SOL_IP, IP_RECVTOS, &on, sizeof(on)));
	put_headed();
}

static void verify_headed(void)
{
	char control[200];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int found = 0;

	equal(recvmsg(one, &msg, MSG_DONTWAIT), 6);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		struct in_pktinfo info;

		equal(c->cmsg_level, SOL_IP);
		found++;
		if (c->cmsg_type == IP_TTL) {
			equal(*(int *)CMSG_DATA(c), 33);
		} else if (c->cmsg_type == IP_TOS) {
			equal(*CMSG_DATA(c), 0x28);
		} else {
			equal(c->cmsg_type, IP_PKTINFO);
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			equal(info.ipi_addr.s_addr, htonl(0x7f000309));
			equal(info.ipi_ifindex, 1);
		}
	}
	equal(found, 3);
	put_headed();
}

STATE(udp_headed, "a datagram whose address, life and class are asked for, not read",
      set_up_headed, verify_headed, spoil_take);

/* --- at each of several sockets of one port */
static void put_group(void)
{
	for (count = 0; count < 30; count++)
		put(count % 2, "any", &at);
}

static int left[3];

static void look_at_group(void)
{
	for (int i = 0; i < 3; i++)
		for (left[i] = 0; recv(many[i], buf, 10, MSG_DONTWAIT) == 3; left[i]++)
			;
}

static int was[3];

static void set_up_group(void)
{
	int on = 1;

	at.ss_family = AF_INET;
	((struct sockaddr_in *)&at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 3; i++) {
		socklen_t len = sizeof(at);

		need((many[i] = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
		need(!setsockopt(many[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
		need(!bind(many[i], (void *)&at, net_size(&at)));
		need(!getsockname(many[i], (void *)&at, &len));
	}
	senders(AF_INET);
	put_group();
	look_at_group();
	memcpy(was, left, sizeof(was));
	put_group();
}

/* Which of them gets what comes later is the kernel's to choose. */
static void verify_group(void)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);

	look_at_group();
	for (int i = 0; i < 3; i++) {
		equal(left[i], was[i]);
		need(getpeername(many[i], (void *)&name, &len) && errno == ENOTCONN);
	}
	put_group();
	look_at_group();
	equal(left[0] + left[1] + left[2], 30);
	memcpy(was, left, sizeof(was));
	put_group();
}

static void spoil_group(void)
{
	look_at_group();
}

STATE(udp_group_queued, "datagrams at three UDP sockets of one port, not read", set_up_group,
      verify_group, spoil_group);

/* --- as many as there is room for, one as large as they get */
static void put_full(void)
{
	int room = 60000;

	need(!setsockopt(one, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)));
	memset(buf, 'f', sizeof(buf));
	for (int i = 0; i < 400; i++)
		need(sendto(from[0], buf, 500, 0, (void *)&at, net_size(&at)) == 500);
}

static int take_full(void)
{
	int n = 0;

	while (recv(one, buf, sizeof(buf), MSG_DONTWAIT) == 500)
		n++;
	return n;
}

static void set_up_full(void)
{
	receiver(AF_INET, "127.0.0.1");
	senders(AF_INET);
	put_full();
	count = take_full();
	need(count > 10 && count < 400);
	put_full();
}

static void verify_full(void)
{
	equal(take_full(), count);
	need(sendto(from[0], buf, 65507, 0, (void *)&at, net_size(&at)) == 65507);
	equal(recv(one, buf, sizeof(buf), MSG_DONTWAIT), 65507);
	put_full();
}

STATE(udp_full, "a UDP socket whose queue is full", set_up_full, verify_full, spoil_take);

static void put_large(void)
{
	fill_bytes(buf, sizeof(buf), 7);
	need(sendto(from[0], buf, 65507, 0, (void *)&at, net_size(&at)) == 65507);
}

static void set_up_large(void)
{
	receiver(AF_INET, "127.0.0.1");
	senders(AF_INET);
	put_large();
}

static void verify_large(void)
{
	memset(buf, 0, sizeof(buf));
	equal(recv(one, buf, sizeof(buf), MSG_DONTWAIT), 65507);
	need(bytes_are(buf, 65507, 7));
	put_large();
}

STATE(udp_large, "a datagram as large as they get, not read", set_up_large, verify_large,
      spoil_take);
