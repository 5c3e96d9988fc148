// SPDX-License-Identifier: GPL-2.0-only
/*
 * venet: who owns an address, packets between host and VEs, foreign sources,
 * the hold. Needs root on a machine with our kernel, a cgroup2 mount at
 * /sys/fs/cgroup and an `ip` command; changes addresses of the host's venet0,
 * so run it on a test node.
 *
 *	   VE 1 10.77.1.1 fd77::1:1         VE 2 10.77.1.2 fd77::1:2
 *	             \                       /
 *	              venet0: host 10.77.0.1 fd77::ffff
 *
 * One process plays all parts: a socket stays in the net namespace in which it
 * was made, so the test steps into a VE's namespace, makes a socket and steps
 * back.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLD_PACKETS	1024

static int failed;
static char top[128];

struct ve {
	int	id;
	pid_t	child;
	int	netns, userns;
};

static struct ve host = { .id = 0 };
static struct ve ve1 = { .id = 9001 }, ve2 = { .id = 9002 };

/* --- reporting ------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3)))
static bool check(bool good, const char *fmt, ...)
{
	va_list ap;

	printf(good ? "ok " : "not ok ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	failed += !good;
	return good;
}

static void die(const char *what)
{
	printf("not ok %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Expect a call to give 0 or -errno. */
static void expect(int got, int want, const char *what)
{
	if (got == want)
		check(true, "%s", what);
	else
		check(false, "%s: got %s, not %s", what, strerror(-got), strerror(-want));
}

/* --- cgroup files ----------------------------------------------------------------- */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static char *path_of(const struct ve *v, const char *file)
{
	static char path[4][256];
	static unsigned int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[0]), "%s/%d/%s", top, v->id, file);
	return path[turn];
}

static int ve_put(const struct ve *v, const char *file, const char *text)
{
	return put(path_of(v, file), text);
}

static void must(const struct ve *v, const char *file, const char *text)
{
	errno = -ve_put(v, file, text);
	if (errno)
		die(path_of(v, file));
}

static char *slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		die(path);
	close(fd);
	buf[n] = '\0';
	return buf;
}

static char *ve_get(const struct ve *v, const char *file)
{
	static char buf[4096];

	return slurp(path_of(v, file), buf, sizeof(buf));
}

struct net_counts {
	unsigned long long rx, rx_bytes, tx, tx_bytes, spoofed;
};

static struct net_counts counts(const struct ve *v)
{
	struct net_counts c;

	if (sscanf(ve_get(v, "ve.net"), "%llu %llu %llu %llu %llu", &c.rx,
		   &c.rx_bytes, &c.tx, &c.tx_bytes, &c.spoofed) != 5)
		die("five numbers in ve.net");
	return c;
}

/* --- namespaces ------------------------------------------------------------------- */

/* From here on sockets are made in the net namespace of @v. */
static void enter(const struct ve *v)
{
	if (setns(v->netns, CLONE_NEWNET))
		die("setns");
}

__attribute__((format(printf, 2, 3)))
static void in(const struct ve *v, const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	enter(v);
	if (system(cmd)) {
		errno = EIO;
		die(cmd);
	}
	enter(&host);
}

static bool ping(const struct ve *v, const char *to)
{
	char cmd[128];
	bool good;

	snprintf(cmd, sizeof(cmd), "ping -c 1 -W 5 %s >/dev/null 2>&1", to);
	enter(v);
	good = !system(cmd);
	enter(&host);
	return good;
}

/* Run @fn as root of the VE, in its user and net namespace. Return: what it returned, -errno or 0. */
static int as_root_of(const struct ve *v, int (*fn)(void *), void *arg)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setns(v->netns, CLONE_NEWNET) ||
		    (v->userns && setns(v->userns, CLONE_NEWUSER)))
			_exit(255);
		_exit(-fn(arg));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		die("child");
	return -WEXITSTATUS(status);
}

struct link_request {
	int index;
	const char *name;
};

/* What criu sends: kind, name, index and nothing else. */
static int new_venet(void *arg)
{
	const struct link_request *want = arg;
	struct {
		struct nlmsghdr h;
		struct ifinfomsg i;
		char attrs[128];
	} req = {
		.h.nlmsg_type = RTM_NEWLINK,
		.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		.i.ifi_index = want->index,
	};
	struct rtattr *name = (void *)req.attrs, *info, *kind;
	char answer[512];
	struct nlmsgerr *err = NLMSG_DATA((struct nlmsghdr *)answer);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	name->rta_type = IFLA_IFNAME;
	name->rta_len = RTA_LENGTH(strlen(want->name) + 1);
	strcpy(RTA_DATA(name), want->name);
	info = (void *)name + RTA_ALIGN(name->rta_len);
	info->rta_type = IFLA_LINKINFO;
	kind = RTA_DATA(info);
	kind->rta_type = IFLA_INFO_KIND;
	kind->rta_len = RTA_LENGTH(5);
	memcpy(RTA_DATA(kind), "venet", 5);
	info->rta_len = RTA_LENGTH(RTA_ALIGN(kind->rta_len));
	req.h.nlmsg_len = (char *)info + RTA_ALIGN(info->rta_len) - (char *)&req;
	if (send(fd, &req, req.h.nlmsg_len, 0) < 0 ||
	    recv(fd, answer, sizeof(answer), 0) < 0)
		return -errno;
	close(fd);
	return err->error;
}

static int make_venet(const struct ve *v, int index, const char *name)
{
	struct link_request want = { index, name };

	return as_root_of(v, new_venet, &want);
}

static bool state_is(const struct ve *v, const char *state)
{
	return !strncmp(ve_get(v, "ve.state"), state, strlen(state));
}

static int open_ns(pid_t pid, const char *ns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

/* Move into the VE, make its namespaces, be its init. */
static void run_init(const struct ve *v, int ready)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	must(v, "payload/cgroup.procs", pid);
	/* nothing of the test may pin the other VE's namespaces */
	dup2(ready, 3);
	close_range(4, ~0U, 0);
	ready = 3;
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET))
		die("unshare");
	if (!fork()) {
		if (write(ready, "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	wait(NULL);
	_exit(0);
}

/* State STARTING, namespaces and init there, no device yet. */
static void begin(struct ve *v, const char *state)
{
	int ready[2], init;
	char c;

	must(v, "ve.state", state);
	if (pipe2(ready, O_CLOEXEC))
		die("pipe");
	v->child = fork();
	if (!v->child)
		run_init(v, ready[1]);
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		die("start of a VE");
	close(ready[0]);
	init = atoi(ve_get(v, "ve.init"));
	v->netns = open_ns(init, "net");
	v->userns = open_ns(init, "user");
}

static void addresses(const struct ve *v)
{
	int n = v->id - 9000;

	in(v, "ip link set lo up && ip link set venet0 up");
	in(v, "ip addr add 10.77.1.%d/32 dev venet0", n);
	in(v, "ip route add default dev venet0");
	in(v, "ip -6 addr add fd77::1:%d/128 dev venet0", n);
	in(v, "ip -6 route add default via fe80::1 dev venet0");
}

static void start(struct ve *v)
{
	begin(v, "STARTING");
	if (make_venet(v, 0, "venet0"))
		die("venet0");
	addresses(v);
	must(v, "ve.state", "RUNNING");
}

static void stop(struct ve *v)
{
	int i;

	close(v->netns);
	close(v->userns);
	must(v, "cgroup.kill", "1");
	waitpid(v->child, NULL, 0);
	for (i = 0; i < 500 && !state_is(v, "STOPPED"); i++)
		usleep(10000);
	if (i == 500)
		die("stop of a VE");
}

/* --- sockets ----------------------------------------------------------------------- */

static union addr {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} addr_of(const char *text, int port)
{
	union addr a = { 0 };

	if (strchr(text, ':')) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(port);
		inet_pton(AF_INET6, text, &a.v6.sin6_addr);
	} else {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(port);
		inet_pton(AF_INET, text, &a.v4.sin_addr);
	}
	return a;
}

/* A socket in @v, bound to an address of it; answers within five seconds. */
static int sock_in(const struct ve *v, int type, const char *text, int port)
{
	union addr a = addr_of(text, port);
	struct timeval limit = { .tv_sec = 5 };
	int fd, on = 1;

	enter(v);
	fd = socket(a.sa.sa_family, type | SOCK_CLOEXEC, 0);
	enter(&host);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	/* ICMP errors count for UDP as well */
	setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof(on));
	on = 8 << 20;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &on, sizeof(on));
	if (fd < 0 || bind(fd, &a.sa, sizeof(a)))
		die(text);
	return fd;
}

static int send_number(int fd, const char *to, int port, unsigned int number)
{
	union addr a = addr_of(to, port);

	return sendto(fd, &number, sizeof(number), 0, &a.sa, sizeof(a)) < 0 ?
	       -errno : 0;
}

/* Return: the number received within @ms, -1 when there was none. */
static int receive_number(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int number;

	if (poll(&p, 1, ms) != 1 ||
	    recv(fd, &number, sizeof(number), MSG_DONTWAIT) != sizeof(number))
		return -1;
	return number;
}

/* Return: how many numbers 0, 1, 2 ... come in order. */
static int receive_in_order(int fd, int most)
{
	int n = 0;

	while (n < most && receive_number(fd, 2000) == n)
		n++;
	return n;
}

struct tcp {
	int client, server;
};

static struct tcp tcp_between(const struct ve *from, const char *src,
			      const struct ve *to, const char *dst, int port)
{
	union addr a = addr_of(dst, port);
	int listener = sock_in(to, SOCK_STREAM, dst, port);
	struct tcp t = { sock_in(from, SOCK_STREAM, src, 0), -1 };

	if (listen(listener, 1))
		die("listen");
	if (!connect(t.client, &a.sa, sizeof(a)))
		t.server = accept(listener, NULL, NULL);
	close(listener);
	return t;
}

static void tcp_close(struct tcp t)
{
	close(t.client);
	if (t.server >= 0)
		close(t.server);
}

/* Push @total bytes of a known pattern through. Return: bytes that came right. */
static size_t pump(struct tcp t, size_t total)
{
	static unsigned char out[65536], in[65536];
	struct pollfd p[2] = {
		{ .fd = t.client, .events = POLLOUT }, { .fd = t.server, .events = POLLIN },
	};
	size_t sent = 0, got = 0, i;
	ssize_t n;

	while (got < total && poll(p, 2, 5000) > 0) {
		if (sent < total && p[0].revents & POLLOUT) {
			for (i = 0; i < sizeof(out); i++)
				out[i] = (sent + i) * 31 >> 3;
			n = total - sent < sizeof(out) ? total - sent : sizeof(out);
			n = send(t.client, out, n, MSG_DONTWAIT);
			sent += n > 0 ? n : 0;
			if (sent == total)
				p[0].fd = -1;
		}
		if (!(p[1].revents & POLLIN))
			continue;
		n = recv(t.server, in, sizeof(in), MSG_DONTWAIT);
		for (i = 0; n > 0 && i < (size_t)n; i++)
			if (in[i] != (unsigned char)((got + i) * 31 >> 3))
				return got + i;
		got += n > 0 ? n : 0;
	}
	return got;
}

/* --- the tests ----------------------------------------------------------------------- */

static void test_addresses(void)
{
	char veip[8192], line[64];

	expect(ve_put(&ve1, "ve.ip", "+10.77.1.1"), 0, "add an address");
	expect(ve_put(&ve1, "ve.ip", "+10.77.1.1/32"), 0, "add it twice");
	expect(ve_put(&ve2, "ve.ip", "+10.77.1.1"), -EADDRINUSE, "address in use");
	expect(ve_put(&ve2, "ve.ip", "+10.77.0.0/16"), -EADDRINUSE, "network overlaps");
	expect(ve_put(&ve2, "ve.ip", "-10.77.1.1"), -EADDRNOTAVAIL, "delete a foreign one");
	expect(ve_put(&ve2, "ve.ip", "-10.77.1.2"), -EADDRNOTAVAIL, "delete an unknown one");
	expect(ve_put(&ve2, "ve.ip", "10.77.1.2"), -EINVAL, "no sign");
	expect(ve_put(&ve2, "ve.ip", "+127.0.0.1"), -EINVAL, "loopback");
	expect(ve_put(&ve2, "ve.ip", "+nonsense"), -EINVAL, "no address");
	expect(ve_put(&ve1, "ve.ip", "+2001:db8:0:1::/64"), 0, "add a network");
	expect(ve_put(&ve2, "ve.ip", "+2001:db8:0:1::9"), -EADDRINUSE, "inside of a foreign network");
	check(!strcmp(ve_get(&ve1, "ve.ip"), "10.77.1.1\n2001:db8:0:1::/64\n"),
	      "ve.ip lists what is owned");
	slurp("/proc/vz/veip", veip, sizeof(veip));
	snprintf(line, sizeof(line), "%39s %10u\n", "10.77.1.1", ve1.id);
	check(!strncmp(veip, "Version: 2.5\n", 13) && strstr(veip, line),
	      "/proc/vz/veip has the classic format");
	expect(ve_put(&ve1, "ve.ip", "-all"), 0, "delete all");
	check(!*ve_get(&ve1, "ve.ip"), "ve.ip is empty");
	expect(ve_put(&ve2, "ve.ip", "+10.77.1.1"), 0, "freed address is free");
	expect(ve_put(&ve2, "ve.ip", "-10.77.1.1"), 0, "delete an address");

	must(&ve1, "ve.ip", "+10.77.1.1");
	must(&ve1, "ve.ip", "+fd77::1:1");
	must(&ve2, "ve.ip", "+10.77.1.2");
	must(&ve2, "ve.ip", "+fd77::1:2");
}

static int try_write(void *arg)
{
	int fd = *(int *)arg;

	return write(fd, "+10.77.1.99", 11) < 0 ? -errno : 0;
}

static int try_open(void *arg)
{
	return put(arg, "+10.77.1.99");
}

static void test_devices(void)
{
	struct ve other = { .id = 0 };
	char buf[64];
	int fd;

	begin(&ve1, "RESTORING");
	expect(make_venet(&ve1, 7, "venet0"), 0, "root of a VE in RESTORING makes its device");
	enter(&ve1);
	check(if_nametoindex("venet0") == 7, "with the index asked for");
	enter(&host);
	expect(make_venet(&ve1, 0, "venet1"), -EEXIST, "but not a second one");
	in(&ve1, "ip link del venet0");
	expect(make_venet(&ve1, 0, "net%d"), 0, "a deleted one can be made again");
	in(&ve1, "ip link set net0 name venet0");
	addresses(&ve1);
	must(&ve1, "ve.state", "RUNNING");
	expect(make_venet(&ve1, 0, "venet1"), -EPERM, "no device in RUNNING");
	in(&ve1, "ip link del venet0");
	expect(make_venet(&ve1, 0, "venet0"), -EPERM, "not even instead of a deleted one");

	expect(as_root_of(&ve1, try_open, path_of(&ve1, "ve.ip")), -EPERM,
	       "root of a VE may not change ve.ip");
	fd = open(path_of(&ve1, "ve.ip"), O_WRONLY);
	expect(as_root_of(&ve1, try_write, &fd), 0, "the opener counts, not the writer");
	must(&ve1, "ve.ip", "-10.77.1.99");
	close(fd);
	stop(&ve1);

	expect(make_venet(&host, 0, "venet1"), -EEXIST, "the host has one device");
	if (unshare(CLONE_NEWNET))
		die("unshare");
	other.netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	enter(&host);
	expect(make_venet(&other, 0, "venet0"), -EPERM, "none in a net namespace of no VE");
	close(other.netns);

	start(&ve1);
	start(&ve2);
	check(!strcmp(slurp("/sys/class/net/venet0/type", buf, sizeof(buf)), "65535\n"),
	      "the type of the device is ARPHRD_VOID");
}

static void test_traffic(void)
{
	static const struct {
		const struct ve *from, *to;
		const char *src, *dst, *what;
	} way[] = {
		{ &host, &ve1, "10.77.0.1", "10.77.1.1", "host to VE" },
		{ &ve1, &host, "10.77.1.1", "10.77.0.1", "VE to host" },
		{ &ve1, &ve2, "10.77.1.1", "10.77.1.2", "VE to VE" },
		{ &host, &ve1, "fd77::ffff", "fd77::1:1", "host to VE, IPv6" },
		{ &ve1, &host, "fd77::1:1", "fd77::ffff", "VE to host, IPv6" },
		{ &ve2, &ve1, "fd77::1:2", "fd77::1:1", "VE to VE, IPv6" },
	};
	struct net_counts before = counts(&ve1), after;
	const size_t total = 8 << 20;
	unsigned int i;

	for (i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		struct tcp t;
		size_t n = 0;

		check(ping(way[i].from, way[i].dst), "ping, %s", way[i].what);
		t = tcp_between(way[i].from, way[i].src, way[i].to, way[i].dst, 5000 + i);
		if (t.server >= 0)
			n = pump(t, total);
		check(n == total, "8 MiB over TCP, %s%s", way[i].what,
		      t.server < 0 ? ": not connected" : "");
		tcp_close(t);
	}
	after = counts(&ve1);
	check(after.rx_bytes - before.rx_bytes > 3 * total &&
	      after.tx_bytes - before.tx_bytes > 3 * total &&
	      after.rx > before.rx && after.tx > before.tx &&
	      after.spoofed == before.spoofed, "ve.net counts both directions");
}

static void test_filter(void)
{
	int fd = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6000);

	/* VE to VE is routed by the host: a route that forbids it there works */
	in(&host, "ip route add blackhole 10.77.1.2 metric 0 table 77");
	in(&host, "ip rule add iif venet0 lookup 77");
	send_number(fd, "10.77.1.2", 6000, 1);
	check(receive_number(to, 500) == -1, "the host's rules apply between VEs");
	in(&host, "ip rule del iif venet0 lookup 77");
	send_number(fd, "10.77.1.2", 6000, 2);
	check(receive_number(to, 2000) == 2, "and no longer when they are gone");
	close(fd);
	close(to);
}

struct spoof {
	const char *src, *dst;
	int port;
};

/* Root of a VE writes the IP header itself. */
static int send_raw(void *arg)
{
	const struct spoof *s = arg;
	union addr to = addr_of(s->dst, 0);
	struct {
		struct iphdr ip;
		struct udphdr udp;
		unsigned int number;
	} __attribute__((packed)) p = {
		.ip.version = 4, .ip.ihl = 5, .ip.ttl = 64,
		.ip.protocol = IPPROTO_UDP, .udp.dest = htons(s->port),
		.udp.source = htons(1), .number = 4242,
	};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	p.udp.len = htons(sizeof(p) - sizeof(p.ip));
	p.ip.tot_len = htons(sizeof(p));
	inet_pton(AF_INET, s->src, &p.ip.saddr);
	inet_pton(AF_INET, s->dst, &p.ip.daddr);
	return sendto(fd, &p, sizeof(p), 0, &to.sa, sizeof(to)) < 0 ? -errno : 0;
}

static void test_spoofing(void)
{
	struct spoof honest = { "10.77.1.1", "10.77.0.1", 6001 };
	struct spoof sibling = { "10.77.1.2", "10.77.0.1", 6001 };
	struct spoof of_host = { "10.77.0.1", "10.77.1.2", 6002 };
	struct spoof nobody = { "192.0.2.1", "10.77.0.1", 6001 };
	int at_host = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 6001);
	int at_ve2 = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6002);
	unsigned long long before = counts(&ve1).spoofed;
	int fd;

	expect(as_root_of(&ve1, send_raw, &honest), 0, "root of a VE may send raw packets");
	check(receive_number(at_host, 2000) == 4242, "from its own address");
	as_root_of(&ve1, send_raw, &sibling);
	as_root_of(&ve1, send_raw, &nobody);
	as_root_of(&ve1, send_raw, &of_host);
	check(receive_number(at_host, 500) == -1 && receive_number(at_ve2, 500) == -1,
	      "packets with a foreign source do not arrive");
	check(counts(&ve1).spoofed == before + 3, "and are counted");

	in(&ve1, "ip addr add 10.77.1.50/32 dev venet0");
	in(&ve1, "ip -6 addr add fd77::1:50/128 dev venet0");
	fd = sock_in(&ve1, SOCK_DGRAM, "10.77.1.50", 0);
	send_number(fd, "10.77.0.1", 6001, 1);
	close(fd);
	check(receive_number(at_host, 500) == -1 && counts(&ve1).spoofed == before + 4,
	      "nor from an address that the VE gave itself");
	must(&ve1, "ve.ip", "+10.77.1.50");
	fd = sock_in(&ve1, SOCK_DGRAM, "10.77.1.50", 0);
	send_number(fd, "10.77.0.1", 6001, 2);
	close(fd);
	check(receive_number(at_host, 2000) == 2, "until the host says it owns it");
	must(&ve1, "ve.ip", "-10.77.1.50");
	fd = sock_in(&ve1, SOCK_DGRAM, "fd77::1:50", 0);
	send_number(fd, "fd77::ffff", 6001, 1);
	close(fd);
	check(counts(&ve1).spoofed == before + 5, "IPv6 is checked as well");
	check(counts(&ve2).spoofed == 0, "the other VE is not blamed");
	close(at_host);
	close(at_ve2);
}

static void test_unreachable(void)
{
	int fd = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 0);
	union addr a = addr_of("10.77.1.200", 7);
	struct pollfd p = { .fd = fd };
	char c = 0;

	if (connect(fd, &a.sa, sizeof(a)) || send(fd, &c, 1, 0) != 1)
		die("send");
	poll(&p, 1, 2000);
	check(send(fd, &c, 1, 0) < 0 && errno == EHOSTUNREACH,
	      "an address of no VE is unreachable");
	close(fd);
}

static void test_hold(void)
{
	int at_host = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 6003);
	int at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6004);
	struct tcp t = tcp_between(&host, "10.77.0.1", &ve1, "10.77.1.1", 6005);
	unsigned int waiting = 0, dropped = 0;
	char buf[16] = "";
	int i;

	must(&ve1, "ve.hold", "1");
	for (i = 0; i < 300; i++) {
		send_number(at_host, "10.77.1.1", 6004, i);
		send_number(at_ve, "10.77.0.1", 6003, i);
	}
	if (send(t.client, "held", 5, 0) != 5)
		die("send");
	check(receive_number(at_ve, 300) == -1 && receive_number(at_host, 0) == -1,
	      "a held VE gets and sends nothing");
	/* TCP may have sent its segment again */
	if (sscanf(ve_get(&ve1, "ve.hold"), "1 %u %u", &waiting, &dropped) != 2)
		waiting = 0;
	check(waiting >= 601 && waiting < 610 && !dropped,
	      "ve.hold shows what waits: %u packets, %u dropped", waiting, dropped);
	check(ping(&host, "10.77.1.2"), "the other VE is not held");
	must(&ve1, "ve.hold", "0");
	check(receive_in_order(at_ve, 300) == 300, "released packets to the VE come in order, none lost");
	check(receive_in_order(at_host, 300) == 300, "and so do those from it");
	check(recv(t.server, buf, sizeof(buf), 0) == 5 && !strcmp(buf, "held"),
	      "a TCP connection goes on");
	check(!strcmp(ve_get(&ve1, "ve.hold"), "0 0 0\n"), "nothing waits any more");
	check(ping(&host, "10.77.1.1"), "and packets flow");
	expect(ve_put(&ve1, "ve.hold", "2"), -EINVAL, "ve.hold takes 1, 0 and drop only");
	tcp_close(t);
	close(at_host);
	close(at_ve);
}

static void test_hold_bounds(void)
{
	int at_host = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 6006);
	int at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6007);
	char want[64];
	int i;

	must(&ve1, "ve.hold", "1");
	for (i = 0; i < HOLD_PACKETS + 10; i++)
		send_number(at_host, "10.77.1.1", 6007, i);
	snprintf(want, sizeof(want), "1 %d 10\n", HOLD_PACKETS);
	check(!strcmp(ve_get(&ve1, "ve.hold"), want), "the queue is bounded");
	must(&ve1, "ve.hold", "0");
	check(receive_in_order(at_ve, HOLD_PACKETS) == HOLD_PACKETS &&
	      receive_number(at_ve, 300) == -1, "the oldest packets are kept");

	must(&ve1, "ve.hold", "1");
	send_number(at_host, "10.77.1.1", 6007, 0);
	must(&ve1, "ve.hold", "drop");
	for (i = 0; i < 3; i++)
		check(!send_number(at_host, "10.77.1.1", 6007, 0), "no error for a dropped packet");
	check(!strcmp(ve_get(&ve1, "ve.hold"), "drop 0 4\n"), "drop discards what waits and what comes");
	must(&ve1, "ve.hold", "0");
	check(receive_number(at_ve, 300) == -1, "and it stays discarded");
	close(at_host);
	close(at_ve);
}

/* As in a restore: device and namespace are gone and come back. */
static void test_hold_without_device(void)
{
	int at_host = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 6008), at_ve, i;
	int from_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6009);
	union addr a = addr_of("10.77.1.1", 6009);
	bool error = false;

	must(&ve1, "ve.hold", "1");
	send_number(from_ve, "10.77.0.1", 6008, 77);
	close(from_ve);
	stop(&ve1);
	for (i = 0; i < 200 && strcmp(ve_get(&ve1, "ve.hold"), "1 0 0\n"); i++)
		usleep(10000);
	check(i < 200, "what a dead device sent is forgotten: %s",
	      strtok(ve_get(&ve1, "ve.hold"), "\n"));
	if (connect(at_host, &a.sa, sizeof(a)))
		die("connect");
	for (i = 0; i < 50; i++) {
		error |= send(at_host, &i, sizeof(i), 0) != sizeof(i);
		usleep(1000);
	}
	check(!error, "no error for a held VE that is not there");
	check(!strncmp(ve_get(&ve1, "ve.hold"), "1 50 0", 6), "its packets wait");
	begin(&ve1, "RESTORING");
	expect(make_venet(&ve1, 0, "venet0"), 0, "the device is made again");
	addresses(&ve1);
	at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6009);
	must(&ve1, "ve.state", "RUNNING");
	check(receive_number(at_ve, 300) == -1, "they go on waiting");
	must(&ve1, "ve.hold", "0");
	check(receive_in_order(at_ve, 50) == 50, "until the hold ends, in order, none lost");
	check(receive_number(at_host, 100) == -1, "what was forgotten does not come");
	close(at_host);
	close(at_ve);
}

static void test_end(void)
{
	int fd = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 0), i;
	union addr a = addr_of("10.77.1.2", 7);
	char c = 0, veip[8192];

	stop(&ve1);
	stop(&ve2);
	connect(fd, &a.sa, sizeof(a));
	for (i = 0; i < 200 && (send(fd, &c, 1, 0) == 1 || errno != EHOSTUNREACH); i++)
		usleep(10000);
	check(i < 200, "the device goes with the namespace");
	close(fd);
	rmdir(path_of(&ve1, "payload"));
	rmdir(path_of(&ve2, "payload"));
	check(!rmdir(path_of(&ve1, "")), "the cgroup can be removed");
	for (i = 0; i < 200 && strstr(slurp("/proc/vz/veip", veip, sizeof(veip)), "10.77.1.1 "); i++)
		usleep(10000);
	check(i < 200, "and takes its addresses along");
	expect(ve_put(&ve2, "ve.ip", "+10.77.1.1"), 0, "which are free again");
	rmdir(path_of(&ve2, ""));
	rmdir(top);
}

static void make(const struct ve *v)
{
	char id[16];

	snprintf(id, sizeof(id), "%d", v->id);
	if (mkdir(path_of(v, ""), 0755))
		die(path_of(v, ""));
	must(v, "ve.id", id);
	if (mkdir(path_of(v, "payload"), 0755))
		die(path_of(v, "payload"));
}

static void prepare(void)
{
	char sub[256];

	put("/sys/fs/cgroup/cgroup.subtree_control", "+memory +ve");
	snprintf(top, sizeof(top), "/sys/fs/cgroup/venet-test-%d", getpid());
	if (mkdir(top, 0755))
		die(top);
	snprintf(sub, sizeof(sub), "%s/cgroup.subtree_control", top);
	errno = -put(sub, "+memory +ve");
	if (errno)
		die(sub);
	host.netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	make(&ve1);
	make(&ve2);
	in(&host, "ip link set venet0 up");
	in(&host, "ip addr add 10.77.0.1/32 dev venet0");
	in(&host, "ip route add 10.77.1.0/24 dev venet0");
	in(&host, "ip -6 addr add fd77::ffff/128 dev venet0");
	in(&host, "ip -6 route add fd77::1:0/112 dev venet0");
	put("/proc/sys/net/ipv4/ip_forward", "1");
	put("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	put("/proc/sys/net/ipv4/conf/all/send_redirects", "0");
	put("/proc/sys/net/ipv4/conf/venet0/send_redirects", "0");
	put("/proc/sys/net/ipv4/icmp_ratelimit", "0");
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	prepare();
	test_addresses();
	test_devices();
	test_traffic();
	test_filter();
	test_spoofing();
	test_unreachable();
	test_hold();
	test_hold_bounds();
	test_hold_without_device();
	test_end();
	return failed != 0;
}
