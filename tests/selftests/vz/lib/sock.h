/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets for the selftests of the network's rows, over the loopback of the net
 * namespace of the caller.
 */
#ifndef _VZ_SELFTESTS_SOCK_H
#define _VZ_SELFTESTS_SOCK_H

#include "common.h"
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

unsigned long held_of(const struct ve *ve, const char *row);

void lo_up(void);

struct sockaddr_in lo_addr(int port);

/* Port that a bound socket has. */
int sock_port(int fd);

/* A bound socket; with SOCK_STREAM it listens. @rcvbuf: SO_RCVBUF unless 0. */
int lo_bound(int type, int rcvbuf);

/* A TCP socket that is connected, or connects if @flags say so. Return: -1 with errno. */
int lo_try_connect(int port, int flags);

int lo_connect(int port, int flags);

/* A TCP connection: fds[0] the client, fds[1] the server. */
void lo_pair(int listener, int fds[2]);

/*
 * Until all that was sent over the loopback is with its receivers: on a busy
 * machine it may stay in the backlog of a CPU for a while. Whoever connects to a
 * port on which nobody listens is refused behind it.
 */
void lo_arrived(void);

/* Close with RST: no TIME_WAIT. */
void sock_reset(int fd);

/* Give a packet socket a ring of received frames, none with 0 @blocks. Return: 0, or -1 with errno.
 */
int packet_ring(int fd, unsigned int block_size, unsigned int blocks);

bool polls(int fd, short what, int ms);

#endif /* _VZ_SELFTESTS_SOCK_H */
