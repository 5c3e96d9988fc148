// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpsndbuf, tcprcvbuf, othersockbuf, dgramrcvbuf: what is charged while data is
 * under way; senders wait at the barrier and go on when the peer reads; nothing
 * is lost or stuck at the limit; datagrams above it are refused or dropped.
 */
#include "fd.h"
#include "row.h"
#include "sock.h"
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define KIB	1024L
#define ROUNDS	2000	/* times CHURNERS */
#define CHURNERS 6
/* A socket with nothing under way may send one packet at the barrier. */
#define PACKET	(128 * KIB)
/* Of a peer that reads slowly; a window of more than one segment of the loopback. */
#define WINDOW	(64 * KIB)

static const char *const rows[] = { "tcpsndbuf", "tcprcvbuf", "othersockbuf", "dgramrcvbuf" };

static int passed[2];	/* socket pair made by the host */

static void unlimited(const struct ve *ve)
{
	size_t i;

	for (i = 0; i < 4; i++)
		need(!ve_set_ub(ve, rows[i], VE_MAX, VE_MAX));
}

static void ok_idle(const struct ve *ve, const char *when)
{
	char what[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(what, sizeof(what), "%s held %s", rows[i], when);
		ok_eq(ve_wait_held(ve, rows[i], 0), 0, what);
	}
}

/* Write what fits without waiting. Return: how much. */
static long fill(int fd)
{
	static char data[32 * KIB];
	long sum = 0;
	ssize_t n;

	while ((n = send(fd, data, sizeof(data), MSG_DONTWAIT)) > 0)
		sum += n;
	return sum;
}

/* Long enough for what TCP does by itself: sends again, or asks for the peer's window. */
static long quiet_ms(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	long ms;

	need(!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len));
	ms = 300 + 2 * ((info.tcpi_rto / 1000L) << info.tcpi_backoff);
	return ms < 5000 ? ms : 5000;
}

/* The same until nothing is on its way to the peer any more. */
static long fill_up(int fd)
{
	long sum = 0, n;

	while ((n = fill(fd))) {
		sum += n;
		ve_sleep_ms(quiet_ms(fd));
	}
	return sum;
}

/* Read @sum bytes, giving up when nothing comes for long. Return: how much was read. */
static long drain(int fd, long sum)
{
	char data[32 * KIB];
	long got = 0;
	ssize_t n;

	while (got < sum && polls(fd, POLLIN, PATIENCE * 1000)) {
		n = recv(fd, data, sizeof(data), 0);
		if (n <= 0)
			break;
		got += n;
	}
	return got;
}

/* A process that writes @sum bytes and waits when it has to. */
static pid_t writer(int fd, long sum)
{
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		char data[8 * KIB] = { 0 };
		ssize_t n;

		while (sum > 0) {
			n = send(fd, data, sum < (long)sizeof(data) ? sum : (long)sizeof(data), 0);
			if (n <= 0)
				_exit(1);
			sum -= n;
		}
		_exit(0);
	}
	return pid;
}

static void ok_writer(pid_t pid, const char *what)
{
	int status = -1;
	bool ended = wait_until(waitpid(pid, &status, WNOHANG));

	if (!ended) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	ok(ended && !status, "%s", what);
}

static void test_tcp_send(const struct ve *ve)
{
	int listener = lo_bound(SOCK_STREAM, WINDOW), one[2], two[2];
	long sent, more, queued;
	struct ub_row row;

	lo_pair(listener, one);
	lo_pair(listener, two);
	sent = fill(one[0]);
	row = ve_read_ub(ve, "tcpsndbuf");
	ok(row.held > (unsigned long)sent / 2, "%ld bytes under way hold %lu", sent, row.held);
	ok(row.maxheld >= row.held, "peak");
	drain(one[1], sent);
	ok_idle(ve, "when all was read");

	need(!ve_set_ub(ve, "tcpsndbuf", 64 * KIB, VE_MAX));
	sent = fill_up(one[0]);
	queued = held_of(ve, "tcpsndbuf");
	ok(queued >= 64 * KIB && queued < 64 * KIB + PACKET, "held at the barrier: %ld", queued);
	ok(!polls(one[0], POLLOUT, 100), "poll agrees that it is not writable");
	more = fill_up(two[0]);
	ok(more > 0, "a socket with nothing queued sends one packet at a time: %ld", more);
	ok(!polls(two[0], POLLOUT, 100), "until its peer does not take them");
	ok(drain(two[1], more) == more && polls(two[0], POLLOUT, PATIENCE * 1000),
	   "its own acknowledgement makes it writable, though the VE is at the barrier");
	ok(drain(one[1], sent) == sent && polls(one[0], POLLOUT, PATIENCE * 1000),
	   "the other one when its peer has read");
	ok_idle(ve, "when all was read");
	sock_reset(one[0]);
	sock_reset(one[1]);
	sock_reset(two[0]);
	sock_reset(two[1]);
	close(listener);
	unlimited(ve);
}

/* Writers that sleep at the barrier, several of them: all get through. */
static void test_tcp_writers(const struct ve *ve, long barrier, long limit, long sum)
{
	int listener = lo_bound(SOCK_STREAM, WINDOW), pair[6][2], i, k;
	long got[6] = { 0 }, peak = 0, held, most = barrier + 6 * PACKET;
	pid_t pid[6];

	need(!ve_set_ub(ve, "tcpsndbuf", barrier, limit));
	for (i = 0; i < 6; i++) {
		lo_pair(listener, pair[i]);
		pid[i] = writer(pair[i][0], sum);
	}
	ve_sleep_ms(300);
	for (k = 0; k < (int)(sum / (16 * KIB)) + 1; k++) {
		for (i = 0; i < 6; i++)
			got[i] += drain(pair[i][1],
					sum - got[i] < 16 * KIB ? sum - got[i] : 16 * KIB);
		held = held_of(ve, "tcpsndbuf");
		peak = held > peak ? held : peak;
	}
	for (i = 0; i < 6; i++)
		got[i] += drain(pair[i][1], sum - got[i]);
	for (i = k = 0; i < 6; i++)
		k += got[i] == sum;
	ok_eq(k, 6, "streams that got through");
	ok(peak < most, "%ld held at most, barrier %ld", peak, barrier);
	for (i = 0; i < 6; i++) {
		ok_writer(pid[i], "a writer that slept at the barrier has ended");
		sock_reset(pair[i][0]);
		sock_reset(pair[i][1]);
	}
	close(listener);
	ok_idle(ve, "after the writers");
	unlimited(ve);
}

static void test_tcp_receive(const struct ve *ve)
{
	int listener = lo_bound(SOCK_STREAM, 0), pair[2];
	struct ub_row before, row;
	long sum = 256 * KIB;
	pid_t pid;

	lo_pair(listener, pair);
	need(send(pair[0], rows, 1, 0) == 1 && polls(pair[1], POLLIN, PATIENCE * 1000));
	ok(held_of(ve, "tcprcvbuf") >= 4 * KIB, "a byte that nobody reads holds a page");
	drain(pair[1], 1);
	ok_idle(ve, "when it was read");
	before = ve_read_ub(ve, "tcprcvbuf");
	need(!ve_set_ub(ve, "tcprcvbuf", 32 * KIB, 48 * KIB));
	pid = writer(pair[0], sum);
	wait_until(held_of(ve, "tcprcvbuf") > 0);
	ve_sleep_ms(1000);
	row = ve_read_ub(ve, "tcprcvbuf");
	ok(row.held > 0 && row.held <= 48 * KIB + PACKET, "held at the limit: %lu", row.held);
	ok(row.failcnt >= before.failcnt, "%lu failures", row.failcnt - before.failcnt);
	ok(drain(pair[1], sum) == sum, "what was dropped comes again when there is room");
	ok_writer(pid, "and the writer ends");
	sock_reset(pair[0]);
	sock_reset(pair[1]);
	close(listener);
	ok_idle(ve, "after the connection");
	unlimited(ve);
}

/* Datagrams through a pair of unix sockets, whose sender pays until they are read. */
static void test_other_send(const struct ve *ve)
{
	char data[4 * KIB] = { 0 };
	struct ub_row before, row;
	int one[2], two[2], n = 0;
	pid_t pid;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, one));
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	need(!ve_set_ub(ve, "othersockbuf", 64 * KIB, VE_MAX));
	while (send(one[0], data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	row = ve_read_ub(ve, "othersockbuf");
	ok(errno == EAGAIN && n > 4, "%d packets until EAGAIN", n);
	ok(row.held >= 64 * KIB && row.held < 64 * KIB + 16 * KIB, "held at the barrier: %lu",
	   row.held);
	ok(!polls(one[0], POLLOUT, 100), "poll agrees that it is not writable");
	ok(send(two[0], data, 100, MSG_DONTWAIT) == 100, "an idle socket may send one packet");
	ok(send(two[0], data, 100, MSG_DONTWAIT) < 0 && errno == EAGAIN, "and no second one");
	ok(drain(two[1], 100) == 100 && polls(two[0], POLLOUT, PATIENCE * 1000),
	   "until that is read");

	before = ve_read_ub(ve, "othersockbuf");
	need(!ve_set_ub(ve, "othersockbuf", before.held, before.held));
	ok(send(two[0], data, 100, MSG_DONTWAIT) < 0 && errno == ENOBUFS,
	   "at the limit it is ENOBUFS");
	row = ve_read_ub(ve, "othersockbuf");
	ok_eq(row.held, before.held, "held at the limit");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");

	need(!ve_set_ub(ve, "othersockbuf", 64 * KIB, VE_MAX));
	pid = writer(one[0], 512 * KIB);
	ok(drain(one[1], n * sizeof(data) + 512 * KIB) == (long)(n * sizeof(data) + 512 * KIB),
	   "a writer that slept at the barrier gets through");
	ok_writer(pid, "and ends");
	ok_idle(ve, "when all was read");
	send(one[0], data, sizeof(data), 0);
	close(one[0]);
	ok(held_of(ve, "othersockbuf") > 0, "what a closed socket sent is still charged");
	close(one[1]);
	close(two[0]);
	close(two[1]);
	ok_idle(ve, "after the sockets");
	unlimited(ve);
}

/* Datagrams that nobody reads. Return: how many got into the queue. */
static int pour(int from, int to, int n)
{
	struct sockaddr_in sin = lo_addr(sock_port(to));
	char data[1000] = { 0 };
	int i, got = 0;

	for (i = 0; i < n; i++)
		need(sendto(from, data, sizeof(data), 0, (struct sockaddr *)&sin, sizeof(sin)) > 0);
	lo_arrived();
	while (recv(to, data, sizeof(data), MSG_DONTWAIT) > 0)
		got++;
	return got;
}

static void test_datagrams(const struct ve *ve)
{
	int to = lo_bound(SOCK_DGRAM, 0), from = lo_bound(SOCK_DGRAM, 0), got;
	struct sockaddr_in sin = lo_addr(sock_port(to));
	struct ub_row before, row;
	char data[1000] = { 0 };
	int i;

	for (i = 0; i < 30; i++)
		need(sendto(from, data, sizeof(data), 0, (struct sockaddr *)&sin, sizeof(sin)) > 0);
	lo_arrived();
	row = ve_read_ub(ve, "dgramrcvbuf");
	ok(row.held >= 30 * sizeof(data), "30 kB of datagrams hold %lu", row.held);
	ok_eq(ve_wait_held(ve, "othersockbuf", 0), 0, "and their sender nothing any more");
	while (recv(to, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	before = ve_read_ub(ve, "dgramrcvbuf");
	need(!ve_set_ub(ve, "dgramrcvbuf", 32 * KIB, 32 * KIB));
	got = pour(from, to, 60);
	row = ve_read_ub(ve, "dgramrcvbuf");
	ok(got > 8 && got < 40, "%d of 60 datagrams are kept at the limit", got);
	ok(row.failcnt > before.failcnt, "%lu failures", row.failcnt - before.failcnt);
	ok(row.held <= 32 * KIB, "%lu held, no more than the limit", row.held);
	ok(pour(from, to, 5) == 5, "datagrams arrive again");
	close(to);
	close(from);
	ok_idle(ve, "after the datagrams");
	unlimited(ve);
}

/* Receivers whose protocol does not count memory. */
static void test_taps(const struct ve *ve)
{
	int tap = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP)), to = lo_bound(SOCK_DGRAM, 0);
	int from = lo_bound(SOCK_DGRAM, 0), n = 0;
	char data[2048];
	struct ub_row before, row;

	need(tap >= 0);
	pour(from, to, 20);
	row = ve_read_ub(ve, "dgramrcvbuf");
	ok(row.held >= 20 * 1000, "20 packets in a packet socket hold %lu", row.held);
	while (recv(tap, data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	ok(n >= 20, "all there: %d", n);
	ok(ve_wait_held(ve, "dgramrcvbuf", 4 * KIB) <= 4 * KIB,
	   "held when they were read: a page of UDP");
	before = ve_read_ub(ve, "dgramrcvbuf");
	need(!ve_set_ub(ve, "dgramrcvbuf", 24 * KIB, 24 * KIB));
	n = 0;
	pour(from, to, 50);
	row = ve_read_ub(ve, "dgramrcvbuf");
	while (recv(tap, data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	ok(n > 4 && n < 50, "%d of 50 packets are kept at the limit", n);
	ok(row.failcnt > before.failcnt, "%lu failures", row.failcnt - before.failcnt);
	ok(row.held <= 24 * KIB, "%lu held, no more than the limit", row.held);
	close(tap);
	close(to);
	close(from);
	ok_idle(ve, "after the packet socket");
	unlimited(ve);
}

static void lo_flags(short add, short drop)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	need(fd >= 0 && !ioctl(fd, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags = (ifr.ifr_flags | add) & ~drop;
	need(!ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

static void test_netlink(const struct ve *ve)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), n = 0;
	char data[8192];

	need(fd >= 0 && !bind(fd, (struct sockaddr *)&nl, sizeof(nl)));
	lo_flags(IFF_ALLMULTI, 0);
	ok(held_of(ve, "dgramrcvbuf") > 0, "a notification holds %lu", held_of(ve, "dgramrcvbuf"));
	while (recv(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		n++;
	ok(n > 0, "and is there");
	need(!ve_set_ub(ve, "dgramrcvbuf", 0, 0));
	lo_flags(0, IFF_ALLMULTI);
	n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
	ok(n < 0 && errno == ENOBUFS, "at the limit the reader is told with ENOBUFS");
	unlimited(ve);
	lo_flags(IFF_ALLMULTI, 0);
	ok(recv(fd, data, sizeof(data), MSG_DONTWAIT) > 0, "later ones arrive");
	close(fd);
	ok_idle(ve, "after the netlink socket");
}

static void test_sysctl(void)
{
	static const char dir[] = "/proc/sys/net/ipv4";

	ok_eq(write_at(dir, "tcp_wmem", "4096 16384 4194304"), 0, "tcp_wmem as usual");
	ok_eq(write_at(dir, "tcp_wmem", "1048576 16384 4194304"), EINVAL, "a large first value");
	ok_eq(write_at(dir, "tcp_wmem", "1 16384 4194304"), EINVAL, "a tiny first value");
	ok_eq(write_at(dir, "tcp_rmem", "4096 131072 1073741824"), EINVAL, "a large last value");
	ok_eq(write_at(dir, "tcp_rmem", "4096 131072 6291456"), 0, "tcp_rmem as usual");
}

/* Sockets with random data under way, closed at random moments. */
static int churn(unsigned int seed)
{
	int listener = lo_bound(SOCK_STREAM, 0), udp = lo_bound(SOCK_DGRAM, 0), i, k;
	struct sockaddr_in sin = lo_addr(sock_port(udp));
	char data[16 * KIB] = { 0 };

	for (i = 0; i < ROUNDS; i++) {
		int pair[2], kind = i % 20 ? rand_r(&seed) % 2 : 2;

		if (kind == 0) {
			need(!socketpair(AF_UNIX, rand_r(&seed) % 2 ? SOCK_STREAM : SOCK_DGRAM, 0,
					 pair));
		} else if (kind == 1) {
			for (k = rand_r(&seed) % 4; k > 0; k--)
				sendto(udp, data, rand_r(&seed) % 2000, MSG_DONTWAIT,
				       (struct sockaddr *)&sin, sizeof(sin));
			for (k = rand_r(&seed) % 5; k > 0; k--)
				recv(udp, data, sizeof(data), MSG_DONTWAIT);
			continue;
		} else {
			lo_pair(listener, pair);
		}
		for (k = rand_r(&seed) % 8; k > 0; k--) {
			send(pair[k % 2], data, 1 + rand_r(&seed) % sizeof(data),
			     MSG_DONTWAIT | MSG_NOSIGNAL);
			if (rand_r(&seed) % 2)
				recv(pair[rand_r(&seed) % 2], data, rand_r(&seed) % sizeof(data),
				     MSG_DONTWAIT);
		}
		sock_reset(pair[rand_r(&seed) % 2 ? 0 : 1]);
		sock_reset(pair[0]);
		sock_reset(pair[1]);
	}
	return 0;
}

static void test_random(const struct ve *ve)
{
	int i, k, status, bad = 0;

	for (i = 0; i < CHURNERS; i++) {
		pid_t pid = fork();

		need(pid >= 0);
		if (!pid)
			_exit(churn(i + 1));
	}
	for (i = 0; i < 100; i++) {
		for (k = 0; k < 4; k++)
			need(!ve_set_ub(ve, rows[k], i * KIB, 2 * i * KIB));
		ve_sleep_ms(5);
	}
	unlimited(ve);
	while (wait(&status) > 0)
		bad += status != 0;
	ok_eq(bad, 0, "processes that went wrong in random rounds");
	ok_idle(ve, "after random rounds");
}

/* Init of a VE that has nothing to do. */
static int idle(const struct ve *ve)
{
	(void)ve;
	pause();
	return 0;
}

/* A process of the host in the VE's net namespace. Return: 0 or an errno. */
static int write_from_host(const struct ve *ve, const char *name, const char *text)
{
	char path[64];
	int fd, status;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", ve_init_pid(ve));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0);
	pid = fork();
	need(pid >= 0);
	if (!pid)
		_exit(setns(fd, CLONE_NEWNET) ? 255 : write_at("/proc/sys/net/ipv4", name, text));
	close(fd);
	need(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The bounds are those of the namespace, whoever writes. */
static void test_sysctl_from_host(void)
{
	struct ve ve;

	ve_setup(&ve, 133);
	ve_start(&ve, idle, "RUNNING");
	ok_eq(write_from_host(&ve, "tcp_wmem", "1073741824 1073741824 1073741824"), EINVAL,
	      "a process of the host sets tcp_wmem of a VE's namespace");
	ok_eq(write_from_host(&ve, "tcp_rmem", "1073741824 1073741824 1073741824"), EINVAL,
	      "and tcp_rmem");
	ok_eq(write_from_host(&ve, "tcp_rmem", "8192 131072 6291456"), 0, "and what is allowed");
	ok_eq(write_at("/proc/sys/net/ipv4", "tcp_rmem", "4096 131072 1073741824"), 0,
	      "the host's own is free");
	ok_eq(write_at("/proc/sys/net/ipv4", "tcp_rmem", "4096 131072 6291456"), 0,
	      "and back");
	errno = ve_write(&ve, "cgroup.kill", "1");
	need(!errno);
	ve_wait(&ve);
	ve_teardown(&ve);
}

static int body(const struct ve *ve)
{
	int pair[2], listener;

	lo_up();
	ok_idle(ve, "at first");
	test_sysctl();
	test_tcp_send(ve);
	test_tcp_writers(ve, 64 * KIB, VE_MAX, 512 * KIB);
	test_tcp_writers(ve, 64 * KIB, 64 * KIB, 512 * KIB);
	test_tcp_writers(ve, 0, 0, 128 * KIB);
	test_tcp_receive(ve);
	test_other_send(ve);
	test_datagrams(ve);
	test_taps(ve);
	test_netlink(ve);
	test_random(ve);

	listener = lo_bound(SOCK_STREAM, WINDOW);
	lo_pair(listener, pair);
	fill(pair[0]);
	send_fd(passed[1], pair[0]);
	send_fd(passed[1], pair[1]);
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	fill(pair[0]);
	send_fd(passed[1], pair[1]);
	return 0;
}

int main(void)
{
	int fds[3], i;
	struct ve ve;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, passed));
	ve_setup(&ve, 132);
	ve_spawn(&ve, body);
	for (i = 0; i < 3; i++)
		fds[i] = receive_fd(passed[0]);
	ok(held_of(&ve, "tcpsndbuf") > 0, "data in a connection that the host keeps is the VE's");
	ok(held_of(&ve, "othersockbuf") > 0, "and what a dead process of the VE has sent");
	ve_teardown(&ve);
	for (i = 0; i < 3; i++)
		sock_reset(fds[i]);
	test_sysctl_from_host();
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
