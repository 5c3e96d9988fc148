// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows: packets from a VE to another one, and to the host. What is counted is all that is
 * done for them, from the sender's system call to the receiver's.
 *
 * A receiver is a process in VE 2, or on the host. The sender tells it by a pipe what will
 * come; it answers when all of that is there. One that waits longer than LATE ends, and so does
 * the sender then.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bench.h"

#define PORT	9
#define SMALL	16	/* bytes of a small packet */
#define BATCH	128	/* small packets that a socket's buffer takes, whoever reads it */
#define LATE	60	/* seconds */

enum what { PACKETS, CONNECT, KIBS };

struct order {
	enum what what;
	unsigned int n;
};

enum { HOST, VE2, RECEIVERS };
static struct {
	const char *address;
	int order[2], done[2];
} receivers[RECEIVERS];

static int to, sock;	/* of the row: its receiver, the socket to it */
static char buf[64 << 10];

static void patient(int fd)
{
	struct timeval limit = { .tv_sec = LATE };

	need(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	need(!setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)));
}

static int bound(int type)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	need(fd >= 0);
	patient(fd);
	need(!bind(fd, (struct sockaddr *)&any, sizeof(any)));
	return fd;
}

static void take_packets(int fd, unsigned int n)
{
	char packet[SMALL];

	while (n--)
		need(recv(fd, packet, sizeof(packet), 0) == SMALL);
}

static void take_kibs(int fd, unsigned int n)
{
	size_t left = (size_t)n << 10;
	ssize_t got;

	for (; left; left -= got) {
		got = recv(fd, buf, left < sizeof(buf) ? left : sizeof(buf), 0);
		need(got > 0);
	}
}

static void take(int order, int done)
{
	int udp = bound(SOCK_DGRAM), listener = bound(SOCK_STREAM), tcp = -1;
	struct order o;

	need(!listen(listener, 1));
	need(write(done, "", 1) == 1);
	while (read(order, &o, sizeof(o)) == sizeof(o)) {
		switch (o.what) {
		case PACKETS:
			take_packets(udp, o.n);
			break;
		case CONNECT:
			close(tcp);
			tcp = accept(listener, NULL, NULL);
			need(tcp >= 0);
			patient(tcp);
			break;
		case KIBS:
			take_kibs(tcp, o.n);
			break;
		}
		need(write(done, "", 1) == 1);
	}
	_exit(0);
}

static void tell(enum what what, unsigned int n)
{
	struct order o = { what, n };

	need(write(receivers[to].order[1], &o, sizeof(o)) == sizeof(o));
}

static void wait_done(void)
{
	char c;

	need(read(receivers[to].done[0], &c, 1) == 1);
}

/* @place NULL: on the host. It ends with the sender, so it may not hold the sender's ends. */
static void start_receiver(int nr, const char *place)
{
	int i;
	pid_t pid;

	need(!pipe(receivers[nr].order) && !pipe(receivers[nr].done));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		for (i = 0; i <= nr; i++) {
			close(receivers[i].order[1]);
			close(receivers[i].done[0]);
		}
		if (place)
			enter_place(place);
		take(receivers[nr].order[0], receivers[nr].done[1]);
	}
	close(receivers[nr].order[0]);
	close(receivers[nr].done[1]);
	to = nr;
	wait_done();
}

void enter_network(const struct network *net, const char *name)
{
	char ve1[16], ve2[16];

	snprintf(ve1, sizeof(ve1), "%.10s1", name);
	snprintf(ve2, sizeof(ve2), "%.10s2", name);
	network_host(net);
	place_connect = network_connect;
	receivers[HOST].address = network_address(net, 0);
	receivers[VE2].address = network_address(net, 2);
	start_receiver(HOST, NULL);
	start_receiver(VE2, ve2);
	enter_place(ve1);
}

static void connect_by(int type, int receiver)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	to = receiver;
	need(inet_pton(AF_INET, receivers[to].address, &addr.sin_addr) == 1);
	sock = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	need(sock >= 0);
	patient(sock);
	if (type == SOCK_STREAM)
		tell(CONNECT, 0);
	need(!connect(sock, (struct sockaddr *)&addr, sizeof(addr)));
	if (type == SOCK_STREAM)
		wait_done();
}

static void udp_to_ve(void)
{
	connect_by(SOCK_DGRAM, VE2);
}

static void udp_to_host(void)
{
	connect_by(SOCK_DGRAM, HOST);
}

static void tcp_to_ve(void)
{
	connect_by(SOCK_STREAM, VE2);
}

static void tcp_to_host(void)
{
	connect_by(SOCK_STREAM, HOST);
}

static void run_packets(unsigned int n)
{
	unsigned int batch, i;

	for (; n; n -= batch) {
		batch = n < BATCH ? n : BATCH;
		tell(PACKETS, batch);
		for (i = 0; i < batch; i++)
			need(send(sock, buf, SMALL, 0) == SMALL);
		wait_done();
	}
}

static void run_kibs(unsigned int n)
{
	size_t left = (size_t)n << 10;
	ssize_t sent;

	tell(KIBS, n);
	for (; left; left -= sent) {
		sent = send(sock, buf, left < sizeof(buf) ? left : sizeof(buf), 0);
		need(sent > 0);
	}
	wait_done();
}

const struct row net_rows[] = {
	{ "udp-VE-VE", 16384, .setup = udp_to_ve, .run = run_packets },
	{ "udp-VE-host", 16384, .setup = udp_to_host, .run = run_packets },
	{ "tcp-VE-VE", 131072, .setup = tcp_to_ve, .run = run_kibs },
	{ "tcp-VE-host", 131072, .setup = tcp_to_host, .run = run_kibs },
	{ }
};
