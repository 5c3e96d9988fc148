// SPDX-License-Identifier: GPL-2.0-only
/*
 * numtcpsock, numothersock: ENOBUFS or ENOMEM at the barrier, whichever the
 * family answers when there is no memory; a connection that cannot be taken waits; accept() adds
 * nothing; whoever has the socket, its net namespace's VE pays; TIME_WAIT is not counted but
 * bounded.
 */
#include "fd.h"
#include "sock.h"

#define ROOM	40
#define ROUNDS	2000	/* times CHURNERS */
#define CHURNERS 6
#define MOST	8	/* sockets that one of them opens at a time */

static int passed[2];	/* socket pair made by the host */

static void test_barrier(const struct ve *ve, const char *row, int family, int type, int want)
{
	unsigned long base = held_of(ve, row);
	struct ub_row before = ve_read_ub(ve, row), after;
	int fds[ROOM], i;

	need(!ve_set_ub(ve, row, base + ROOM, base + 2 * ROOM));
	for (i = 0; i < ROOM; i++) {
		fds[i] = socket(family, type, 0);
		need(fds[i] >= 0);
	}
	i = socket(family, type, 0);
	ok(i < 0 && errno == want, "%s: socket of family %d at the barrier fails with %d",
	   row, family, want);
	after = ve_read_ub(ve, row);
	ok_eq(after.held, base + ROOM, "held at the barrier");
	ok_eq(after.maxheld, before.maxheld > base + ROOM ? before.maxheld : base + ROOM,
	      "maxheld at the barrier");
	ok_eq(after.failcnt, before.failcnt + 1, "one failure");
	close(fds[0]);
	ok_eq(ve_wait_held(ve, row, base + ROOM - 1), base + ROOM - 1, "given back by close");
	fds[0] = socket(family, type, 0);
	ok(fds[0] >= 0, "and free for use");
	for (i = 0; i < ROOM; i++)
		close(fds[i]);
	ok_eq(ve_wait_held(ve, row, base), base, "held afterwards");
	need(!ve_set_ub(ve, row, VE_MAX, VE_MAX));
}

static void test_accept(const struct ve *ve)
{
	unsigned long base = held_of(ve, "numtcpsock");
	int listener = lo_bound(SOCK_STREAM, 0), client, server;

	client = lo_connect(sock_port(listener), 0);
	ok(polls(listener, POLLIN, PATIENCE * 1000), "a connection waits to be accepted");
	ok_eq(held_of(ve, "numtcpsock"), base + 3, "listener, client and what waits");
	server = accept(listener, NULL, NULL);
	ok(server >= 0, "accept");
	ok_eq(held_of(ve, "numtcpsock"), base + 3, "accept adds nothing");
	sock_reset(client);
	close(server);
	close(listener);
	ok_eq(ve_wait_held(ve, "numtcpsock", base), base, "held after the connection");
}

/* Not accepted, and the listener closed. */
static void test_unaccepted(const struct ve *ve)
{
	unsigned long base = held_of(ve, "numtcpsock");
	int listener = lo_bound(SOCK_STREAM, 0), client;

	client = lo_connect(sock_port(listener), 0);
	need(polls(listener, POLLIN, PATIENCE * 1000));
	close(listener);
	ok_eq(ve_wait_held(ve, "numtcpsock", base + 1), base + 1, "held when the listener is gone");
	close(client);
	ok_eq(ve_wait_held(ve, "numtcpsock", base), base, "held when its client is, too");
}

/* The third step of the handshake is dropped until there is room. */
static void test_refused_connection(const struct ve *ve)
{
	unsigned long base = held_of(ve, "numtcpsock");
	struct ub_row before = ve_read_ub(ve, "numtcpsock");
	int listener = lo_bound(SOCK_STREAM, 0), client, server;

	need(!ve_set_ub(ve, "numtcpsock", base + 2, base + 2));
	client = lo_connect(sock_port(listener), SOCK_NONBLOCK);
	ok(!polls(listener, POLLIN, 300), "no connection at the barrier");
	ok(wait_until(ve_read_ub(ve, "numtcpsock").failcnt > before.failcnt),
	   "a failure is counted");
	ok_eq(held_of(ve, "numtcpsock"), base + 2, "nothing is charged");
	need(!ve_set_ub(ve, "numtcpsock", VE_MAX, VE_MAX));
	ok(polls(listener, POLLIN, PATIENCE * 1000), "with room the connection comes after all");
	server = accept(listener, NULL, NULL);
	ok(server >= 0 && send(client, "x", 1, 0) == 1 && polls(server, POLLIN, PATIENCE * 1000),
	   "and works");
	sock_reset(client);
	close(server);
	close(listener);
	ok_eq(ve_wait_held(ve, "numtcpsock", base), base, "held afterwards");
}

static int time_waits(void)
{
	char buf[512], *at;
	int fd = open("/proc/self/net/sockstat", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	need(fd >= 0);
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	need(n > 0);
	buf[n] = '\0';
	at = strstr(buf, " tw ");
	need(at);
	return atoi(at + 4);
}

static void test_time_wait(const struct ve *ve)
{
	unsigned long base = held_of(ve, "numtcpsock");
	int listener = lo_bound(SOCK_STREAM, 0), fds[2], i;

	for (i = 0; i < 30; i++) {
		if (i == 5)
			need(!ve_set_ub(ve, "numtcpsock", base + 13, base + 13));
		lo_pair(listener, fds);
		close(fds[0]);
		close(fds[1]);
		/* Their ends have met, so none is in the way of the next ones. */
		ve_wait_held(ve, "numtcpsock", base + 1);
	}
	close(listener);
	ok_eq(ve_wait_held(ve, "numtcpsock", base), base, "sockets in TIME_WAIT are not counted");
	i = time_waits();
	ok(i >= 5 && i <= (int)base + 13, "but bounded by the barrier: %d", i);
	need(!ve_set_ub(ve, "numtcpsock", VE_MAX, VE_MAX));
}

/* Open and close random sockets. Return: 0, 1 for a wrong errno. */
static int churn(int listener, unsigned int seed)
{
	int fds[2 * MOST], i, k, n;

	for (i = 0; i < ROUNDS; i++) {
		n = 0;
		for (k = 1 + rand_r(&seed) % MOST; k > 0; k--) {
			int kind = rand_r(&seed) % 5;

			fds[n] = -1;
			if (kind == 0 && !socketpair(AF_UNIX, SOCK_STREAM, 0, fds + n))
				n++;
			else if (kind == 1)
				fds[n] = socket(AF_INET, SOCK_DGRAM, 0);
			else if (kind == 2)
				fds[n] = socket(AF_INET6, SOCK_STREAM, 0);
			else if (kind == 3)
				fds[n] = socket(AF_NETLINK, SOCK_RAW, 0);
			else if (kind == 4)
				fds[n] = socket(AF_INET, SOCK_STREAM, 0);
			if (fds[n] < 0 && errno != ENOBUFS && errno != ENOMEM)
				return 1;
			if (kind == 4 && i % 50 == 0 && fds[n] >= 0) {
				struct sockaddr_in sin = lo_addr(sock_port(listener));
				int server;

				fcntl(fds[n], F_SETFL, O_NONBLOCK);
				connect(fds[n], (struct sockaddr *)&sin, sizeof(sin));
				server = accept(listener, NULL, NULL);
				if (server >= 0)
					sock_reset(server);
			}
			n++;
		}
		while (n-- > 0)
			if (fds[n] >= 0)
				sock_reset(fds[n]);
	}
	return 0;
}

/* Several CPUs at the barriers and below them. */
static void test_random(const struct ve *ve)
{
	unsigned long tcp = held_of(ve, "numtcpsock"), other = held_of(ve, "numothersock");
	int listener = lo_bound(SOCK_STREAM | SOCK_NONBLOCK, 0), i, status, bad = 0;

	for (i = 0; i < CHURNERS; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid)
			_exit(churn(listener, i + 1));
	}
	for (i = 0; i < 50; i++) {
		need(!ve_set_ub(ve, "numtcpsock", tcp + 10 + i, tcp + 110));
		need(!ve_set_ub(ve, "numothersock", other + 10 + i, other + 110));
		ve_sleep_ms(5);
	}
	while (wait(&status) > 0)
		bad += status != 0;
	close(listener);
	ok_eq(bad, 0, "processes that went wrong in random rounds");
	ok_eq(ve_wait_held(ve, "numtcpsock", tcp), tcp, "numtcpsock held after them");
	ok_eq(ve_wait_held(ve, "numothersock", other), other, "numothersock held after them");
	need(!ve_set_ub(ve, "numtcpsock", VE_MAX, VE_MAX));
	need(!ve_set_ub(ve, "numothersock", VE_MAX, VE_MAX));
}

static int body(const struct ve *ve)
{
	int fd;

	lo_up();
	ok_eq(held_of(ve, "numtcpsock"), 0, "numtcpsock at first");
	ok_eq(ve_wait_held(ve, "numothersock", 0), 0, "numothersock at first");
	test_barrier(ve, "numtcpsock", AF_INET, SOCK_STREAM, ENOMEM);
	test_barrier(ve, "numtcpsock", AF_INET6, SOCK_STREAM, ENOBUFS);
	test_barrier(ve, "numothersock", AF_INET, SOCK_DGRAM, ENOMEM);
	test_barrier(ve, "numothersock", AF_PACKET, SOCK_RAW, ENOBUFS);
	test_barrier(ve, "numothersock", AF_UNIX, SOCK_STREAM, ENOMEM);
	test_barrier(ve, "numothersock", AF_NETLINK, SOCK_RAW, ENOMEM);
	test_accept(ve);
	test_unaccepted(ve);
	test_refused_connection(ve);
	test_time_wait(ve);
	test_random(ve);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	need(fd >= 0);
	send_fd(passed[1], fd);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	need(fd >= 0);
	send_fd(passed[1], fd);
	return 0;
}

int main(void)
{
	int tcp, other;
	struct ve ve;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, passed));
	ve_setup(&ve, 131);
	ve_spawn(&ve, body);
	ok_eq(ve_wait_held(&ve, "numtcpsock", 1), 1,
	      "a socket in flight to the host is still the VE's");
	tcp = receive_fd(passed[0]);
	other = receive_fd(passed[0]);
	ok_eq(held_of(&ve, "numtcpsock"), 1, "a TCP socket that the host keeps, too");
	ok_eq(ve_wait_held(&ve, "numothersock", 1), 1, "and another");
	ve_teardown(&ve);
	close(tcp);
	close(other);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
