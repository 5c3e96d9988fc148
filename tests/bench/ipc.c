// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows: a byte to another process and back, by pipe, unix and TCP sockets; and
 * making such things. The other process lives until its end is closed.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bench.h"

static int out, in;	/* to the other process, from it */

/* @mine: what we keep; @its: what it echoes from and to. */
static void start_echo(const int mine[2], const int its[2])
{
	pid_t pid;
	char c;

	if (out) {
		close(out);
		close(in);
	}
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		close(mine[0]);
		close(mine[1]);
		while (read(its[0], &c, 1) == 1)
			if (write(its[1], &c, 1) != 1)
				break;
		_exit(0);
	}
	close(its[0]);
	close(its[1]);
	in = mine[0];
	out = mine[1];
}

static void echo_by_pipe(void)
{
	int to[2], from[2];

	need(!pipe(to) && !pipe(from));
	start_echo((int[]){ from[0], to[1] }, (int[]){ to[0], from[1] });
}

static void echo_by_unix(void)
{
	int s[2];

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	start_echo((int[]){ s[0], dup(s[0]) }, (int[]){ s[1], dup(s[1]) });
}

/* A new net namespace's loopback is down. */
static void raise_loopback(int fd)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	need(!ioctl(fd, SIOCSIFFLAGS, &req));
}

static void echo_by_tcp(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int listener, s, peer, on = 1;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	need(listener >= 0);
	raise_loopback(listener);
	need(!bind(listener, (struct sockaddr *)&addr, len) && !listen(listener, 1));
	need(!getsockname(listener, (struct sockaddr *)&addr, &len));
	s = socket(AF_INET, SOCK_STREAM, 0);
	need(s >= 0 && !connect(s, (struct sockaddr *)&addr, len));
	peer = accept(listener, NULL, NULL);
	need(peer >= 0);
	close(listener);
	need(!setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
	need(!setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
	start_echo((int[]){ s, dup(s) }, (int[]){ peer, dup(peer) });
}

static void run_echo(unsigned int n)
{
	char c = 'x';

	while (n--)
		need(write(out, &c, 1) == 1 && read(in, &c, 1) == 1);
}

static void run_pipe(unsigned int n)
{
	int fds[2];

	while (n--) {
		need(!pipe(fds));
		close(fds[0]);
		close(fds[1]);
	}
}

static void run_socket(unsigned int n)
{
	int fd;

	while (n--) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		need(fd >= 0);
		close(fd);
	}
}

const struct row ipc_rows[] = {
	{ "pipe", 4000, .setup = echo_by_pipe, .run = run_echo },
	{ "unix", 4000, .setup = echo_by_unix, .run = run_echo },
	{ "tcp", 2000, .setup = echo_by_tcp, .run = run_echo },
	{ "make-pipe", 3000, true, .run = run_pipe },
	{ "make-socket", 3000, true, .run = run_socket },
	{ }
};
