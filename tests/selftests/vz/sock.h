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

static inline unsigned long held_of(const struct ve *ve, const char *row)
{
	return ve_read_ub(ve, row).held;
}

static inline void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	need(fd >= 0);
	need(!ioctl(fd, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags |= IFF_UP | IFF_RUNNING;
	need(!ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

static inline struct sockaddr_in lo_addr(int port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return sin;
}

/* Port that a bound socket has. */
static inline int sock_port(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	need(!getsockname(fd, (struct sockaddr *)&sin, &len));
	return ntohs(sin.sin_port);
}

/* A bound socket; with SOCK_STREAM it listens. @rcvbuf: SO_RCVBUF unless 0. */
static inline int lo_bound(int type, int rcvbuf)
{
	struct sockaddr_in sin = lo_addr(0);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	need(fd >= 0);
	need(!rcvbuf || !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)));
	need(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	need((type & 0xf) != SOCK_STREAM || !listen(fd, 64));
	return fd;
}

/* A TCP socket that is connected, or connects if @flags say so. Return: -1 with errno. */
static inline int lo_try_connect(int port, int flags)
{
	struct sockaddr_in sin = lo_addr(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), err;

	if (fd < 0 || !connect(fd, (struct sockaddr *)&sin, sizeof(sin)) || errno == EINPROGRESS)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static inline int lo_connect(int port, int flags)
{
	int fd = lo_try_connect(port, flags);

	need(fd >= 0);
	return fd;
}

/* A TCP connection: fds[0] the client, fds[1] the server. */
static inline void lo_pair(int listener, int fds[2])
{
	fds[0] = lo_connect(sock_port(listener), 0);
	fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	need(fds[1] >= 0);
}

/*
 * Until all that was sent over the loopback is with its receivers: on a busy
 * machine it may stay in the backlog of a CPU for a while. Whoever connects to a
 * port on which nobody listens is refused behind it.
 */
static inline void lo_arrived(void)
{
	cpu_set_t cpus, one;
	int cpu;

	need(!sched_getaffinity(0, sizeof(cpus), &cpus));
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &cpus))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		need(!sched_setaffinity(0, sizeof(one), &one));
		need(lo_try_connect(1, 0) < 0 && errno == ECONNREFUSED);
	}
	need(!sched_setaffinity(0, sizeof(cpus), &cpus));
}

/* Close with RST: no TIME_WAIT. */
static inline void sock_reset(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* Give a packet socket a ring of received frames, none with 0 @blocks. Return: 0, or -1 with errno.
 */
static inline int packet_ring(int fd, unsigned int block_size, unsigned int blocks)
{
	struct tpacket_req req = {
		.tp_block_size = block_size, .tp_block_nr = blocks,
		.tp_frame_size = 2048, .tp_frame_nr = blocks * (block_size / 2048),
	};

	return setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req));
}

static inline bool polls(int fd, short what, int ms)
{
	struct pollfd p = { .fd = fd, .events = what };

	return poll(&p, 1, ms) == 1 && (p.revents & what);
}

#endif /* _VZ_SELFTESTS_SOCK_H */
