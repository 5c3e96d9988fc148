// SPDX-License-Identifier: GPL-2.0-or-later
/* TCP over the VE's loopback in each state and with what is on its way, ping, UDP. */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "corpus.h"

static int listener, client, server;
static char buf[1 << 20];

static struct sockaddr_storage address(int family, unsigned int port, socklen_t *len)
{
	struct sockaddr_storage a = {};

	if (family == AF_INET) {
		*(struct sockaddr_in *)&a = (struct sockaddr_in){
			AF_INET, htons(port), { htonl(INADDR_LOOPBACK) }, {} };
		*len = sizeof(struct sockaddr_in);
	} else {
		*(struct sockaddr_in6 *)&a = (struct sockaddr_in6){
			AF_INET6, htons(port), 0, IN6ADDR_LOOPBACK_INIT, 0 };
		*len = sizeof(struct sockaddr_in6);
	}
	return a;
}

static int socket_at(int family, int type, int proto, unsigned int port)
{
	socklen_t len;
	struct sockaddr_storage a = address(family, port, &len);
	int sk = socket(family, type, proto);

	if (sk < 0 && family == AF_INET6 && errno == EAFNOSUPPORT)
		corpus_skip("no IPv6");
	need(sk >= 0);
	if (bind(sk, (struct sockaddr *)&a, len)) {
		if (family == AF_INET6 && errno == EADDRNOTAVAIL)
			corpus_skip("no IPv6");
		need(!"bind");
	}
	return sk;
}

static int connect_to(int sk)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	int new;

	need(!getsockname(sk, (struct sockaddr *)&a, &len));
	new = socket(a.ss_family, SOCK_STREAM, 0);
	need(new >= 0);
	need(!connect(new, (struct sockaddr *)&a, len));
	return new;
}

static void listen_at(int family)
{
	listener = socket_at(family, SOCK_STREAM, 0, 0);
	need(!listen(listener, 20));
}

static void pair_of(int family)
{
	listen_at(family);
	client = connect_to(listener);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	need(server >= 0);
}

static void get_text(int sk, const char *text)
{
	struct pollfd p = { sk, POLLIN, 0 };

	memset(buf, 0, strlen(text) + 1);
	need(poll(&p, 1, patience_ms) == 1);
	get_all(sk, buf, strlen(text));
	texts(buf, text);
}

static unsigned int tcp_state(int sk)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	need(!getsockopt(sk, SOL_TCP, TCP_INFO, &info, &len));
	return info.tcpi_state;
}

/* --- waiting to be accepted */
#define WAITING 5
static int waiting[WAITING];

static void queue_up(int family)
{
	if (!listener)
		listen_at(family);
	for (int i = 0; i < WAITING; i++) {
		char text[] = "request 0";

		waiting[i] = connect_to(listener);
		text[8] += i;
		if (i != 3)	/* one has not said anything yet */
			put_all(waiting[i], text, strlen(text));
	}
	need(!shutdown(waiting[4], SHUT_WR));
}

/* In their order, with what they said; and both ways go on. */
static void take_queue(int family)
{
	struct pollfd p = { listener, POLLIN, 0 };
	char text[] = "request 0";

	for (int i = 0; i < WAITING; i++) {
		need(poll(&p, 1, patience_ms) == 1);
		server = accept(listener, NULL, NULL);
		need(server >= 0);
		text[8] = '0' + i;
		if (i == 3)
			put_all(waiting[i], text, strlen(text));
		get_text(server, text);
		if (i == 4)
			equal(read(server, buf, 1), 0);
		put_all(server, "answer", 6);
		get_text(waiting[i], "answer");
		close(server);
		equal(read(waiting[i], buf, 1), 0);
		close(waiting[i]);
	}
	equal(poll(&p, 1, 0), 0);
	queue_up(family);
}

static void set_up_queue(void) { queue_up(AF_INET); }
static void verify_queue(void) { take_queue(AF_INET); }
static void set_up_queue6(void) { queue_up(AF_INET6); }
static void verify_queue6(void) { take_queue(AF_INET6); }
static void spoil_queue(void) { close(accept(listener, NULL, NULL)); }

STATE(tcp_accept_queue, "connections that nobody has accepted", set_up_queue, verify_queue,
      spoil_queue);
STATE(tcp_accept_queue6, "the same over IPv6", set_up_queue6, verify_queue6, spoil_queue);

/* --- many that wait, and whose peers said all they had to: their acknowledgements come late */
#define HUNG_UP 200
static int hung_up[HUNG_UP];

static void set_up_hung_up(void)
{
	listen_at(AF_INET);
	need(!listen(listener, HUNG_UP));
	for (int i = 0; i < HUNG_UP; i++) {
		hung_up[i] = connect_to(listener);
		put_all(hung_up[i], "request", 7);
		need(!shutdown(hung_up[i], SHUT_WR));
	}
}

static void verify_hung_up(void)
{
	for (int i = 0; i < HUNG_UP; i++) {
		server = accept(listener, NULL, NULL);
		need(server >= 0);
		get_text(server, "request");
		equal(read(server, buf, 1), 0);
		put_all(server, "answer", 6);
		get_text(hung_up[i], "answer");
		close(server);
		equal(read(hung_up[i], buf, 1), 0);
		close(hung_up[i]);
	}
	close(listener);
	set_up_hung_up();
}

STATE(tcp_accept_hung_up, "200 connections to be accepted, half closed", set_up_hung_up,
      verify_hung_up, spoil_queue);

/* --- bytes that the peer does not read */
static size_t queued;

static void fill_stream(void)
{
	ssize_t got;

	fill_bytes(buf, sizeof(buf), 7);
	need(!fcntl(client, F_SETFL, O_NONBLOCK));
	for (queued = 0; (got = write(client, buf + queued, sizeof(buf) - queued)) > 0;)
		queued += got;
	need(queued == sizeof(buf) || errno == EAGAIN);
}

static void set_up_unsent(void)
{
	const int small = 8192, large = 4 << 20;

	listen_at(AF_INET);
	need(!setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	client = socket(AF_INET, SOCK_STREAM, 0);
	need(client >= 0);
	/* what wmem_max allows, and then what the socket comes to by itself */
	need(!setsockopt(client, SOL_SOCKET, SO_SNDBUFFORCE, &large, sizeof(large)) ||
	     !setsockopt(client, SOL_SOCKET, SO_SNDBUF, &large, sizeof(large)));
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	need(!getsockname(listener, (struct sockaddr *)&a, &len));
	need(!connect(client, (struct sockaddr *)&a, len));
	server = accept(listener, NULL, NULL);
	need(server >= 0);
	fill_stream();
	need(queued > 200000);
}

static void verify_unsent(void)
{
	static char in[sizeof(buf)];
	int unsent;

	need(!ioctl(client, 0x894B /* SIOCOUTQNSD */, &unsent));
	need(unsent > 100000);
	memset(in, 0, sizeof(in));
	get_all(server, in, queued);
	need(bytes_are(in, queued, 7));
	fill_stream();
}

static void spoil_unsent(void)
{
	get_all(server, buf, 1000);
	need(!shutdown(client, SHUT_WR));
}

STATE(tcp_slow_peer, "hundreds of KiB that the peer does not read", set_up_unsent, verify_unsent,
      spoil_unsent);

/* --- the peer has closed its side */
static void set_up_close_wait(int family)
{
	pair_of(family);
	put_all(client, "last words", 10);
	need(!shutdown(client, SHUT_WR));
	in_time(tcp_state(server) == TCP_CLOSE_WAIT);
	in_time(tcp_state(client) == TCP_FIN_WAIT2);
}

static void verify_close_wait(int family)
{
	equal(tcp_state(server), TCP_CLOSE_WAIT);
	equal(tcp_state(client), TCP_FIN_WAIT2);
	get_text(server, "last words");
	equal(read(server, buf, 1), 0);
	put_all(server, "answer", 6);
	get_text(client, "answer");
	close(server);
	equal(read(client, buf, 1), 0);
	close(client);
	close(listener);
	set_up_close_wait(family);
}

static void set_up_close_wait4(void) { set_up_close_wait(AF_INET); }
static void verify_close_wait4(void) { verify_close_wait(AF_INET); }
static void set_up_close_wait6(void) { set_up_close_wait(AF_INET6); }
static void verify_close_wait6(void) { verify_close_wait(AF_INET6); }
static void spoil_close_wait(void) { get_text(server, "last"); }

STATE(tcp_half4, "half closed", set_up_close_wait4, verify_close_wait4, spoil_close_wait);
STATE(tcp_half6, "half closed over IPv6", set_up_close_wait6, verify_close_wait6,
      spoil_close_wait);

/* --- ping */
static int pinger;
static unsigned int ident;

static unsigned int name_of(int sk)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	need(!getsockname(sk, (struct sockaddr *)&a, &len));
	return a.ss_family == AF_INET ? ((struct sockaddr_in *)&a)->sin_port :
					((struct sockaddr_in6 *)&a)->sin6_port;
}

static void ping(int family)
{
	struct icmphdr echo = { .type = family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST };
	struct pollfd p = { pinger, POLLIN, 0 };
	socklen_t len;
	struct sockaddr_storage a = address(family, 0, &len);

	echo.un.echo.sequence = htons(77);
	equal(sendto(pinger, &echo, sizeof(echo), 0, (struct sockaddr *)&a, len), sizeof(echo));
	equal(poll(&p, 1, patience_ms), 1);
	equal(recv(pinger, &echo, sizeof(echo), 0), sizeof(echo));
	equal(echo.type, family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY);
	equal(ntohs(echo.un.echo.sequence), 77);
	equal(echo.un.echo.id, ident);
}

/* The range of groups is one for all states: who needs it to be wide, or changes it, says so. */
static int range_lock(void)
{
	int fd = open("../ping_group_range", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	need(fd >= 0 && !flock(fd, LOCK_EX));
	spit("/proc/sys/net/ipv4/ping_group_range", "0 60000");
	return fd;
}

static void set_up_ping(int family, unsigned int id)
{
	const int hops = 9;

	pinger = socket(family, SOCK_DGRAM, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (pinger < 0 && family == AF_INET6 && errno == EAFNOSUPPORT)
		corpus_skip("no IPv6");
	need(pinger >= 0);
	close(pinger);
	pinger = socket_at(family, SOCK_DGRAM, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6,
			   id);
	need(!setsockopt(pinger, family == AF_INET ? SOL_IP : SOL_IPV6,
			 family == AF_INET ? IP_TTL : IPV6_UNICAST_HOPS, &hops, sizeof(hops)));
	ident = name_of(pinger);
	ping(family);
}

static void verify_ping(int family)
{
	int hops = 0;
	socklen_t len = sizeof(hops);

	equal(name_of(pinger), ident);
	need(!getsockopt(pinger, family == AF_INET ? SOL_IP : SOL_IPV6,
			 family == AF_INET ? IP_TTL : IPV6_UNICAST_HOPS, &hops, &len));
	equal(hops, 9);
	ping(family);
}

static void set_up_ping4(void)
{
	int lock = range_lock();

	set_up_ping(AF_INET, 4711);
	close(lock);
}

static void set_up_ping6(void)
{
	int lock = range_lock();

	set_up_ping(AF_INET6, 4711);
	close(lock);
}

static void verify_ping4(void) { verify_ping(AF_INET); }
static void verify_ping6(void) { verify_ping(AF_INET6); }
static void spoil_ping(void) { ident ^= 0x100; }

STATE(ping4, "a socket of ping", set_up_ping4, verify_ping4, spoil_ping);
STATE(ping6, "a socket of ping over IPv6", set_up_ping6, verify_ping6, spoil_ping);

/* The group that made it may not any more when it comes back. */
static void set_up_ping_group(void)
{
	int lock = range_lock();

	set_up_ping(AF_INET, 4712);
	spit("/proc/sys/net/ipv4/ping_group_range", "1000 2000");
	close(lock);
}

static void verify_ping_group(void) { verify_ping(AF_INET); }

STATE(ping_group, "a socket of ping that root could not make", set_up_ping_group,
      verify_ping_group, spoil_ping);

/* --- UDP that is put together from several writes */
static int corked, sink;

static void cork(void)
{
	const int one = 1;

	need(!setsockopt(corked, SOL_UDP, UDP_CORK, &one, sizeof(one)));
}

static void set_up_cork(void)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);

	sink = socket_at(AF_INET, SOCK_DGRAM, 0, 0);
	need(!getsockname(sink, (struct sockaddr *)&a, &len));
	corked = socket(AF_INET, SOCK_DGRAM, 0);
	need(corked >= 0);
	need(!connect(corked, (struct sockaddr *)&a, len));
	cork();
}

static void verify_cork(void)
{
	const int zero = 0;
	int on = 0;
	socklen_t len = sizeof(on);

	need(!getsockopt(corked, SOL_UDP, UDP_CORK, &on, &len));
	equal(on, 1);
	put_all(corked, "one ", 4);
	put_all(corked, "two", 3);
	need(!setsockopt(corked, SOL_UDP, UDP_CORK, &zero, sizeof(zero)));
	equal(recv(sink, buf, 100, 0), 7);
	same(buf, "one two", 7);
	cork();
}

static void spoil_cork(void)
{
	const int zero = 0;

	need(!setsockopt(corked, SOL_UDP, UDP_CORK, &zero, sizeof(zero)));
}

STATE(udp_cork, "a corked UDP socket with nothing in it", set_up_cork, verify_cork, spoil_cork);

/* --- sysctls of the network */
static const struct {
	const char *path, *value;
} ctls[] = {
	{ "/proc/sys/net/ipv4/tcp_keepalive_time", "4711" },
	{ "/proc/sys/net/ipv4/tcp_syn_retries", "4" },
	{ "/proc/sys/net/ipv4/ip_local_port_range", "20000\t50001" },
	{ "/proc/sys/net/ipv4/ip_default_ttl", "77" },
	{ "/proc/sys/net/ipv4/tcp_fin_timeout", "31" },
	{ "/proc/sys/net/ipv4/conf/lo/log_martians", "1" },
	{ "/proc/sys/net/unix/max_dgram_qlen", "123" },
};

static const char *ctl(const char *path)
{
	char *text = (char *)slurp(path);

	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void set_up_ctls(void)
{
	for (size_t i = 0; i < sizeof(ctls) / sizeof(ctls[0]); i++)
		spit(ctls[i].path, ctls[i].value);
}

static void verify_ctls(void)
{
	for (size_t i = 0; i < sizeof(ctls) / sizeof(ctls[0]); i++)
		if (strcmp(ctl(ctls[i].path), ctls[i].value))
			corpus_fail(__FILE__, __LINE__, "%s is %s, not %s", ctls[i].path,
				    ctl(ctls[i].path), ctls[i].value);
}

static void spoil_ctls(void) { spit(ctls[0].path, "7200"); }

STATE(net_sysctls, "sysctls of the network", set_up_ctls, verify_ctls, spoil_ctls);
