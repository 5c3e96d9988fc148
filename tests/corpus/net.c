// SPDX-License-Identifier: GPL-2.0-or-later
/* Owns nothing: what it opens is its caller's. */
#include "net.h"

socklen_t net_size(const struct sockaddr_storage *at)
{
	return at->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

int net_bound(int family, int type, int protocol, struct sockaddr_storage *at)
{
	int fd = socket(family, type, protocol);
	socklen_t size = sizeof(*at);

	if (fd < 0 && errno == EAFNOSUPPORT)
		corpus_skip("no family %d here", family);
	need(fd >= 0);
	memset(at, 0, sizeof(*at));
	at->ss_family = family;
	if (family == AF_INET)
		((struct sockaddr_in *)at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)at)->sin6_addr = in6addr_loopback;
	if (bind(fd, (struct sockaddr *)at, net_size(at)) && errno == EADDRNOTAVAIL)
		corpus_skip("no loopback address of family %d", family);
	need(!getsockname(fd, (struct sockaddr *)at, &size));
	return fd;
}

int net_listen(int family, struct sockaddr_storage *at)
{
	int fd = net_bound(family, SOCK_STREAM, 0, at);

	need(!listen(fd, 16));
	return fd;
}

int net_connect(const struct sockaddr_storage *at)
{
	int fd = socket(at->ss_family, SOCK_STREAM, 0);

	need(fd >= 0 && !connect(fd, (const struct sockaddr *)at, net_size(at)));
	return fd;
}

struct net_pair net_pair(int family)
{
	struct sockaddr_storage at;
	struct net_pair pair;

	pair.listener = net_listen(family, &at);
	pair.client = net_connect(&at);
	pair.server = accept(pair.listener, NULL, NULL);
	need(pair.server >= 0);
	return pair;
}

int net_tcp_state(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);

	need(!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size));
	return info.tcpi_state;
}

int net_option(int fd, int level, int name)
{
	socklen_t size = sizeof(int);
	int value = 0;

	need(!getsockopt(fd, level, name, &value, &size));
	return value;
}
