// SPDX-License-Identifier: GPL-2.0-or-later
/* TCP in each state that lasts. */
#include <poll.h>
#include <sys/ioctl.h>
#include "net.h"

static struct net_pair pair;
static struct sockaddr_storage at;
static int extra;
static char buf[4 << 20];

/* Bytes go both ways. */
static void talk(int one, int other)
{
	char text[6] = "";

	put_all(one, "there", 5);
	get_all(other, text, 5);
	texts(text, "there");
	put_all(other, "back!", 5);
	get_all(one, text, 5);
	texts(text, "back!");
}

static void reset_all(void)
{
	close(pair.client);
	close(pair.server);
	close(pair.listener);
}

/* --- listening */
static void set_up_listen(void)
{
	pair.listener = net_listen(AF_INET, &at);
}

static void verify_listen(void)
{
	equal(net_tcp_state(pair.listener), TCP_LISTEN);
	pair.client = net_connect(&at);
	need((pair.server = accept(pair.listener, NULL, NULL)) >= 0);
	talk(pair.client, pair.server);
	close(pair.client);
	close(pair.server);
}

static void spoil_listen(void)
{
	close(pair.listener);
}

STATE(tcp_listen, "a listening TCP socket", set_up_listen, verify_listen, spoil_listen);

static void set_up_listen6(void)
{
	pair.listener = net_listen(AF_INET6, &at);
}

STATE(tcp6_listen, "a listening TCP socket of IPv6", set_up_listen6, verify_listen, spoil_listen);

/* --- bound, not listening */
static void set_up_bound(void)
{
	extra = net_bound(AF_INET, SOCK_STREAM, 0, &at);
}

static void verify_bound(void)
{
	struct sockaddr_storage now;
	socklen_t size = sizeof(now);

	need(!getsockname(extra, (struct sockaddr *)&now, &size));
	same(&now, &at, net_size(&at));
	equal(net_tcp_state(extra), TCP_CLOSE);
}

static void spoil_bound(void)
{
	close(extra);
}

STATE(tcp_bound, "a bound TCP socket that does not listen", set_up_bound, verify_bound,
      spoil_bound);

/* --- established, with bytes not read in both directions */
static void put_unread(void)
{
	fill_bytes(buf, 20000, 1);
	put_all(pair.client, buf, 20000);
	fill_bytes(buf, 10000, 2);
	put_all(pair.server, buf, 10000);
}

static void set_up_data(void)
{
	pair = net_pair(AF_INET);
	put_unread();
}

static void verify_data(void)
{
	get_all(pair.server, buf, 20000);
	need(bytes_are(buf, 20000, 1));
	get_all(pair.client, buf, 10000);
	need(bytes_are(buf, 10000, 2));
	talk(pair.client, pair.server);
	put_unread();
}

static void spoil_data(void)
{
	get_all(pair.server, buf, 1);
	signal(SIGPIPE, SIG_IGN);
	(void)!write(pair.client, "\xff", 1);
}

STATE(tcp_established, "a TCP connection with unread bytes both ways", set_up_data, verify_data,
      spoil_data);

static void set_up_data6(void)
{
	pair = net_pair(AF_INET6);
	put_unread();
}

STATE(tcp6_established, "the same over IPv6", set_up_data6, verify_data, spoil_data);

/* --- so many bytes that most are not sent yet */
static size_t held;

static void fill_up(void)
{
	ssize_t got;

	fill_bytes(buf, sizeof(buf), 3);
	need(!fcntl(pair.client, F_SETFL, O_NONBLOCK));
	for (held = 0; held < sizeof(buf); held += got)
		if ((got = write(pair.client, buf + held, sizeof(buf) - held)) < 0)
			break;
	need(!fcntl(pair.client, F_SETFL, 0));
	need(held > 100000);
}

/*
 * The server's room is small from the start: one that shrinks under bytes on their way drops them,
 * and they come again after two minutes or never, by how long the set-up of others takes.
 */
static void set_up_unsent(void)
{
	const int much = 400 << 10, little = 8 << 10;
	struct sockaddr_storage at;

	pair.listener = net_listen(AF_INET, &at);
	need(!setsockopt(pair.listener, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)));
	pair.client = net_connect(&at);
	need((pair.server = accept(pair.listener, NULL, NULL)) >= 0);
	need(!setsockopt(pair.client, SOL_SOCKET, SO_SNDBUF, &much, sizeof(much)));
	fill_up();
}

static void verify_unsent(void)
{
	memset(buf, 0, held);
	get_all(pair.server, buf, held);
	need(bytes_are(buf, held, 3));
	talk(pair.client, pair.server);
	fill_up();
}

static void spoil_unsent(void)
{
	close(pair.client);
}

STATE(tcp_unsent, "a TCP connection with hundreds of KiB that are not sent yet", set_up_unsent,
      verify_unsent, spoil_unsent);

/* --- one direction ended */
static void shut_client(int family)
{
	pair = net_pair(family);
	put_all(pair.client, "last words", 10);
	need(!shutdown(pair.client, SHUT_WR));
	in_time(net_tcp_state(pair.client) == TCP_FIN_WAIT2);
}

static void look_half_closed(int family)
{
	int there;

	equal(net_tcp_state(pair.client), TCP_FIN_WAIT2);
	equal(net_tcp_state(pair.server), TCP_CLOSE_WAIT);
	need(!ioctl(pair.server, FIONREAD, &there));
	equal(there, 10);
	get_all(pair.server, buf, 10);
	same(buf, "last words", 10);
	equal(read(pair.server, buf, 1), 0);
	put_all(pair.server, "answer", 6);
	get_all(pair.client, buf, 6);
	signal(SIGPIPE, SIG_IGN);
	need(write(pair.client, "x", 1) < 0);
	equal(errno, EPIPE);
	reset_all();
	shut_client(family);
}

static void set_up_half(void)
{
	shut_client(AF_INET);
}

static void verify_half(void)
{
	look_half_closed(AF_INET);
}

STATE(tcp_half_closed, "TCP in FIN_WAIT2 and CLOSE_WAIT, with unread bytes", set_up_half,
      verify_half, spoil_data);

static void set_up_half6(void)
{
	shut_client(AF_INET6);
}

static void verify_half6(void)
{
	look_half_closed(AF_INET6);
}

STATE(tcp6_half_closed, "the same over IPv6", set_up_half6, verify_half6, spoil_data);

/* --- CLOSE_WAIT whose other end is closed, not only shut down */
static void set_up_close_wait(void)
{
	pair = net_pair(AF_INET);
	put_all(pair.client, "bye", 3);
	need(!close(pair.client));
	in_time(net_tcp_state(pair.server) == TCP_CLOSE_WAIT);
}

static void verify_close_wait(void)
{
	equal(net_tcp_state(pair.server), TCP_CLOSE_WAIT);
	get_all(pair.server, buf, 3);
	same(buf, "bye", 3);
	equal(read(pair.server, buf, 1), 0);
	reset_all();
	set_up_close_wait();
}

STATE(tcp_close_wait, "TCP in CLOSE_WAIT whose client is gone", set_up_close_wait,
      verify_close_wait, spoil_data);

/* --- both shut down and read, still open */
static void set_up_closed(void)
{
	pair = net_pair(AF_INET);
	need(!shutdown(pair.client, SHUT_WR) && !shutdown(pair.server, SHUT_WR));
	in_time(net_tcp_state(pair.server) == TCP_CLOSE);
}

static void verify_closed(void)
{
	need(read(pair.server, buf, 1) <= 0);
	signal(SIGPIPE, SIG_IGN);
	need(write(pair.server, "x", 1) < 0);
	need(read(pair.client, buf, 1) <= 0);
}

STATE(tcp_closed, "TCP that both ends have shut down", set_up_closed, verify_closed, set_up_data);

/* --- connections that nobody has accepted yet */
static void connect_waiting(void)
{
	pair.client = net_connect(&at);
	put_all(pair.client, "request", 7);
}

static void set_up_waiting(void)
{
	pair.listener = net_listen(AF_INET, &at);
	connect_waiting();
}

static void verify_waiting(void)
{
	struct pollfd p = { pair.listener, POLLIN };

	/* It is there to be accepted, or its client was told that it is not. */
	if (poll(&p, 1, 0) == 1) {
		need((pair.server = accept(pair.listener, NULL, NULL)) >= 0);
		get_all(pair.server, buf, 7);
		same(buf, "request", 7);
		talk(pair.client, pair.server);
		close(pair.server);
	} else {
		need(recv(pair.client, buf, 1, MSG_DONTWAIT) <= 0);
		need(errno != EAGAIN);
		/* The listener serves the next one. */
		extra = net_connect(&at);
		need((pair.server = accept(pair.listener, NULL, NULL)) >= 0);
		talk(extra, pair.server);
		close(extra);
		close(pair.server);
	}
	close(pair.client);
	connect_waiting();
}

static void spoil_waiting(void)
{
	need(!close(pair.listener));
	pair.listener = -1;
}

STATE(tcp_not_accepted, "a TCP connection, with a request, that is not accepted yet",
      set_up_waiting, verify_waiting, spoil_waiting);

/* --- a connection that comes and goes while a task waits in accept(2) */
static volatile int *served;

static void set_up_server(void)
{
	served = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(served != MAP_FAILED);
	pair.listener = net_listen(AF_INET, &at);
	if (fork())
		return;
	while ((pair.server = accept(pair.listener, NULL, NULL)) >= 0) {
		get_all(pair.server, buf, 1);
		++*served;
		put_all(pair.server, "a", 1);
		close(pair.server);
	}
	_exit(1);
}

static void verify_server(void)
{
	const int before = *served;

	pair.client = net_connect(&at);
	put_all(pair.client, "q", 1);
	get_all(pair.client, buf, 1);
	equal(*served, before + 1);
	close(pair.client);
}

static void spoil_server(void)
{
	need(!shutdown(pair.listener, SHUT_RDWR));
}

STATE(tcp_accepting, "a server that waits in accept(2)", set_up_server, verify_server,
      spoil_server);

/* --- TCP_CORK */
static void set_up_corked(void)
{
	int on = 1;

	pair = net_pair(AF_INET);
	need(!setsockopt(pair.client, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)));
	put_all(pair.client, "corked", 6);
}

static void verify_corked(void)
{
	int on = 1, off = 0;

	equal(net_option(pair.client, IPPROTO_TCP, TCP_CORK), 1);
	need(!setsockopt(pair.client, IPPROTO_TCP, TCP_CORK, &off, sizeof(off)));
	get_all(pair.server, buf, 6);
	same(buf, "corked", 6);
	talk(pair.client, pair.server);
	need(!setsockopt(pair.client, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)));
	put_all(pair.client, "corked", 6);
}

static void spoil_corked(void)
{
	int off = 0;

	need(!setsockopt(pair.client, IPPROTO_TCP, TCP_CORK, &off, sizeof(off)));
}

STATE(tcp_corked, "a corked TCP connection with bytes in the cork", set_up_corked, verify_corked,
      spoil_corked);

/* --- a client of IPv4 at a listener of IPv6 */
static void set_up_mapped(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t size = sizeof(any);

	need((pair.listener = socket(AF_INET6, SOCK_STREAM, 0)) >= 0);
	need(!bind(pair.listener, (void *)&any, sizeof(any)) && !listen(pair.listener, 4));
	need(!getsockname(pair.listener, (void *)&any, &size));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = any.sin6_port;
	need((pair.client = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
	need(!connect(pair.client, (void *)&to, sizeof(to)));
	need((pair.server = accept(pair.listener, NULL, NULL)) >= 0);
	put_unread();
}

STATE(tcp_mapped, "a connection of IPv4 to a socket of IPv6", set_up_mapped, verify_data,
      spoil_data);

/* --- not connected yet, as nobody answers */
static void set_up_connecting(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	/* A listener whose queue is full does not answer. */
	pair.listener = net_bound(AF_INET, SOCK_STREAM, 0, &at);
	need(!listen(pair.listener, 0));
	memcpy(&to, &at, sizeof(to));
	pair.client = net_connect(&at);
	need((extra = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) >= 0);
	need(connect(extra, (void *)&to, sizeof(to)) && errno == EINPROGRESS);
	usleep(20000);
	equal(net_tcp_state(extra), TCP_SYN_SENT);
	/* The one that fills the queue is another state: only the second one is left. */
	need((pair.server = accept(pair.listener, NULL, NULL)) >= 0);
	close(pair.listener);
}

static void verify_connecting(void)
{
	struct pollfd p = { extra, POLLOUT };
	int error;

	/* It goes on to connect, or was refused; it does not hang, and is no other socket. */
	equal(poll(&p, 1, patience_ms), 1);
	error = net_option(extra, SOL_SOCKET, SO_ERROR);
	need(error == ECONNREFUSED || error == ECONNRESET || error == ETIMEDOUT || !error);
	talk(pair.client, pair.server);
	close(extra);
	need((extra = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
	need(connect(extra, (void *)&at, net_size(&at)) && errno == ECONNREFUSED);
}

static void spoil_connecting(void)
{
	close(extra);
	close(pair.client);
}

STATE(tcp_connecting, "a TCP connection that is being made", set_up_connecting, verify_connecting,
      spoil_connecting);

/* --- many at once, as a busy server has */
static struct net_pair crowd[100];

static void set_up_crowd(void)
{
	pair.listener = net_listen(AF_INET, &at);
	for (int i = 0; i < 100; i++) {
		crowd[i].client = net_connect(&at);
		need((crowd[i].server = accept(pair.listener, NULL, NULL)) >= 0);
	}
}

static void verify_crowd(void)
{
	for (int i = 0; i < 100; i++)
		talk(crowd[i].client, crowd[i].server);
}

static void spoil_crowd(void)
{
	close(crowd[50].client);
}

STATE(tcp_many, "100 TCP connections", set_up_crowd, verify_crowd, spoil_crowd);
