// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Errors that a socket has for its program, which has not asked yet: who asks takes them, so each
 * state is made anew then.
 */
#include <poll.h>
#include "net.h"

static int one = -1, other = -1;

/* Nobody answers there, and no port of it is given out by chance. */
static struct sockaddr_in nobody(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	need(inet_pton(AF_INET, "127.66.0.1", &to.sin_addr) == 1);
	return to;
}

/* The error is there, and stays. */
static void wait_for_error(void)
{
	struct pollfd p = { .fd = one };

	equal(poll(&p, 1, patience_ms), 1);
	need(p.revents & POLLERR);
}

static void close_both(void)
{
	close(one);
	close(other);
	one = other = -1;
}

static void spoil_error(void)
{
	need(net_option(one, SOL_SOCKET, SO_ERROR));
}

/* --- a datagram that nobody took */
static void set_up_refused(void)
{
	struct sockaddr_in to = nobody();

	need((one = socket(AF_INET, SOCK_DGRAM, 0)) >= 0);
	need(!connect(one, (void *)&to, sizeof(to)));
	need(send(one, "x", 1, 0) == 1);
	wait_for_error();
}

static void verify_refused(void)
{
	equal(net_option(one, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	equal(net_option(one, SOL_SOCKET, SO_ERROR), 0);
	close_both();
	set_up_refused();
}

STATE(error_udp, "an error of a UDP socket", set_up_refused, verify_refused, spoil_error);

/* --- the same, behind one that came before */
static void set_up_refused_late(void)
{
	struct sockaddr_storage mine, at;

	one = net_bound(AF_INET, SOCK_DGRAM, 0, &mine);
	other = net_bound(AF_INET, SOCK_DGRAM, 0, &at);
	need(!connect(one, (void *)&at, net_size(&at)));
	need(sendto(other, "first", 5, 0, (void *)&mine, net_size(&mine)) == 5);
	close(other);
	need(send(one, "x", 1, 0) == 1);
	wait_for_error();
}

static void verify_refused_late(void)
{
	char buf[16];

	need(recv(one, buf, sizeof(buf), 0) < 0);
	equal(errno, ECONNREFUSED);
	equal(recv(one, buf, sizeof(buf), MSG_DONTWAIT), 5);
	same(buf, "first", 5);
	close_both();
	set_up_refused_late();
}

STATE(error_udp_unread, "an error of a UDP socket with a datagram", set_up_refused_late,
      verify_refused_late, spoil_error);

/* --- a connection that did not come about: without the error it looks as if it had */
static void set_up_no_connection(void)
{
	struct sockaddr_in to = nobody();

	need((one = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) >= 0);
	need(connect(one, (void *)&to, sizeof(to)) && errno == EINPROGRESS);
	wait_for_error();
}

static void verify_no_connection(void)
{
	struct pollfd p = { one, POLLOUT };

	equal(poll(&p, 1, 0), 1);
	need(p.revents & POLLERR);
	equal(net_option(one, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	close_both();
	set_up_no_connection();
}

STATE(error_tcp_refused, "a connection that was refused", set_up_no_connection,
      verify_no_connection, spoil_error);

/* That the peer broke it off is told once, and then that nothing comes any more. */
static void need_reset_once(void)
{
	char c;

	need(recv(one, &c, 1, 0) < 0);
	equal(errno, ECONNRESET);
	equal(recv(one, &c, 1, 0), 0);
}

/* --- one that the peer has broken off */
static void set_up_reset(void)
{
	struct net_pair pair = net_pair(AF_INET);
	const struct linger hard = { 1, 0 };

	one = pair.client;
	need(!setsockopt(pair.server, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)));
	close(pair.server);
	close(pair.listener);
	wait_for_error();
}

static void verify_reset(void)
{
	need_reset_once();
	close_both();
	set_up_reset();
}

STATE(error_tcp_reset, "a connection that the peer has reset", set_up_reset, verify_reset,
      spoil_error);

/* --- a unix socket whose peer has closed without reading, with and without something to read */
static void break_off(const char *said)
{
	int pair[2];

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	one = pair[0];
	put_all(one, "never read", 10);
	put_all(pair[1], said, strlen(said));
	close(pair[1]);
	wait_for_error();
}

static void set_up_broken(void)
{
	break_off("");
}

static void verify_broken(void)
{
	need_reset_once();
	close_both();
	set_up_broken();
}

STATE(error_unix, "a unix socket whose peer has closed without reading", set_up_broken,
      verify_broken, spoil_error);

static void set_up_last_words(void)
{
	break_off("last words");
}

static void verify_last_words(void)
{
	char buf[16];

	equal(recv(one, buf, sizeof(buf), 0), 10);
	same(buf, "last words", 10);
	need_reset_once();
	close_both();
	set_up_last_words();
}

STATE(error_unix_unread, "the same, and what it had written is not read", set_up_last_words,
      verify_last_words, spoil_error);
