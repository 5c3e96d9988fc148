// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets of the loopback device, at ports that the kernel chooses. */
#ifndef CORPUS_NET_H
#define CORPUS_NET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include "corpus.h"

struct net_pair {
	int listener, client, server;
};

/* A listener at the loopback address of family; *at is where it listens. */
int net_listen(int family, struct sockaddr_storage *at);
int net_connect(const struct sockaddr_storage *at);
/* A connection, with both its ends. */
struct net_pair net_pair(int family);
/* A datagram socket with a name of its own. */
int net_bound(int family, int type, int protocol, struct sockaddr_storage *at);
socklen_t net_size(const struct sockaddr_storage *at);
int net_tcp_state(int fd);
/* The option's value as a number. */
int net_option(int fd, int level, int name);

#endif
