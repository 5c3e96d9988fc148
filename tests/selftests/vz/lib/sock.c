// SPDX-License-Identifier: GPL-2.0-only
#include "sock.h"

unsigned long held_of(const struct ve *ve, const char *row)
{
	return ve_read_ub(ve, row).held;
}

void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	need(fd >= 0);
	need(!ioctl(fd, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags |= IFF_UP | IFF_RUNNING;
	need(!ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

struct sockaddr_in lo_addr(int port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return sin;
}

int sock_port(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	need(!getsockname(fd, (struct sockaddr *)&sin, &len));
	return ntohs(sin.sin_port);
}

int lo_bound(int type, int rcvbuf)
{
	struct sockaddr_in sin = lo_addr(0);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	need(fd >= 0);
	need(!rcvbuf || !setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf)));
	need(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	need((type & 0xf) != SOCK_STREAM || !listen(fd, 64));
	return fd;
}

int lo_try_connect(int port, int flags)
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

int lo_connect(int port, int flags)
{
	int fd = lo_try_connect(port, flags);

	need(fd >= 0);
	return fd;
}

void lo_pair(int listener, int fds[2])
{
	fds[0] = lo_connect(sock_port(listener), 0);
	fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	need(fds[1] >= 0);
}

void lo_arrived(void)
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

void sock_reset(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

int packet_ring(int fd, unsigned int block_size, unsigned int blocks)
{
	struct tpacket_req req = {
		.tp_block_size = block_size, .tp_block_nr = blocks,
		.tp_frame_size = 2048, .tp_frame_nr = blocks * (block_size / 2048),
	};

	return setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req));
}

bool polls(int fd, short what, int ms)
{
	struct pollfd p = { .fd = fd, .events = what };

	return poll(&p, 1, ms) == 1 && (p.revents & what);
}
