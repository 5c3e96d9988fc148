// SPDX-License-Identifier: GPL-2.0-only
/*
 * ve.direct: packets between VEs go past the host's routing and firewall when the
 * host says so, and past nothing else: not the check of the source, the counters,
 * the rates or the hold. What holds for both ways is tried on both.
 */
#include "venet.h"

#define DIRECT	CGROUP_ROOT "/ve.direct"

static int set(const char *text)
{
	return write_file(DIRECT, "%s", text) ? -errno : 0;
}

static int write_direct(void *arg)
{
	return set(arg);
}

static void test_file(void)
{
	static const char *const bad[] = { "2", "-1", "01", "yes", "1 1", "1\n0", "x" };
	unsigned int i;

	ok(!strcmp(read_file(DIRECT), "0"), "the host sees what VEs send each other, at boot");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(set(bad[i]), -EINVAL, bad[i]);
	expect(as_root_of(&ve1, write_direct, "1"), -EPERM, "root of a VE does not change it");
	ok(!strcmp(read_file(DIRECT), "0"), "nothing of that is taken");
	ok(access(ve_path(&ve1.ve, "ve.direct"), F_OK), "a VE has no such file");
	expect(set("1\n"), 0, "on");
	ok(!strcmp(read_file(DIRECT), "1"), "is shown");
	expect(set("0"), 0, "off");
}

/* Does a datagram of @number come from VE 1 to VE 2 within @ms? */
static bool arrives(int from, int to, unsigned int number, int ms)
{
	send_number(from, "10.77.1.2", 6000, number);
	return receive_number(to, ms) == (int)number;
}

static void test_rules(void)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6000);

	in(&host, "ip route add blackhole 10.77.1.2 metric 0 table 77");
	in(&host, "ip rule add iif venet0 lookup 77");
	set("0");
	ok(!arrives(from, to, 1, 500), "a rule of the host stops a packet between VEs");
	set("1");
	ok(arrives(from, to, 2, ARRIVAL_MS), "not one that goes directly");
	set("0");
	ok(!arrives(from, to, 3, 500), "and stops it again");
	in(&host, "ip rule del iif venet0 lookup 77");
	in(&host, "ip route flush table 77");
	ok(arrives(from, to, 4, ARRIVAL_MS), "until the rule is gone");
	close(from);
	close(to);
}

static void test_counters(const char *how)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6000);
	struct net_counts a = counts(&ve1), b = counts(&ve2);
	int i;

	for (i = 0; i < 10; i++)
		if (!arrives(from, to, i, ARRIVAL_MS))
			die("packet %d", i);
	ok(counts(&ve1).tx - a.tx == 10 && counts(&ve1).tx_bytes - a.tx_bytes == 320 &&
	   counts(&ve2).rx - b.rx == 10 && counts(&ve2).rx_bytes - b.rx_bytes == 320,
	   "%s: both VEs count the packets", how);
	close(from);
	close(to);
}

static void test_source(const char *how)
{
	int to = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6000), from;
	unsigned long long before = counts(&ve1).spoofed;

	in(&ve1, "ip addr add 10.77.1.50/32 dev venet0");
	from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.50", 0);
	ok(!arrives(from, to, 5, 500) && counts(&ve1).spoofed == before + 1,
	   "%s: a foreign source is dropped and counted", how);
	close(from);
	close(to);
	in(&ve1, "ip addr del 10.77.1.50/32 dev venet0");
}

static void test_tcp(const char *how, int port)
{
	static const char *const v4[2] = { "10.77.1.1", "10.77.1.2" };
	static const char *const v6[2] = { "fd77::1:1", "fd77::1:2" };
	static char out[1 << 20], in[1 << 20];
	unsigned int i;

	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 31 >> 3;
	for (i = 0; i < 2; i++) {
		const char *const *at = i ? v6 : v4;
		struct tcp t = tcp_between(&ve1, at[0], &ve2, at[1], port + i);
		size_t sent = 0, got = 0;
		ssize_t len;

		while (t.server >= 0 && got < sizeof(in)) {
			len = send(t.client, out + sent, sizeof(out) - sent, MSG_DONTWAIT);
			sent += len > 0 ? len : 0;
			len = recv(t.server, in + got, sizeof(in) - got,
				   sent > got ? 0 : MSG_DONTWAIT);
			if (len <= 0)
				break;
			got += len;
		}
		ok(got == sizeof(in) && !memcmp(in, out, sizeof(in)), "%s: 1 MiB by TCP, IPv%d",
		   how, i ? 6 : 4);
		tcp_close(t);
	}
}

/* What VE 1 sends to VE 2 while one of them is held waits. */
static void test_held(const struct party *held, const char *how, const char *what)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6000);
	int i;

	must(held, "ve.hold", "1");
	for (i = 0; i < 100; i++)
		send_number(from, "10.77.1.2", 6000, i);
	ok(receive_number(to, 300) == -1, "%s: a held VE %s nothing", how, what);
	must(held, "ve.hold", "0");
	ok(receive_in_order(to, 100) == 100, "%s: and then all of it, in order", how);
	close(from);
	close(to);
}

static void test_hold(const char *how)
{
	test_held(&ve2, how, "gets");
	test_held(&ve1, how, "sends");
}

static void test_rate(const char *how)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&ve2, SOCK_DGRAM, "10.77.1.2", 6000);
	struct timespec begin, end;
	int i, size = 4096;

	/* with little room a sender waits */
	setsockopt(from, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	/* 1000 bytes a packet, so 80 take at least 400 ms behind the first 50 ms */
	must(&ve1, "ve.rate", "0 1000 bound 1000");
	clock_gettime(CLOCK_BOOTTIME, &begin);
	for (i = 0; i < 80; i++)
		send_number(from, "10.77.1.2", 6000, i);
	ok(receive_in_order(to, 80) == 80, "%s: what has a rate arrives", how);
	clock_gettime(CLOCK_BOOTTIME, &end);
	ok((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 >= 400,
	   "%s: in the time that it takes", how);
	must(&ve1, "ve.rate", "\n");
	close(from);
	close(to);
}

/* An address of a VE that is not there: the host knows what to answer. */
static void test_nobody(const char *how)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	union addr to = addr_of("10.77.1.2", 6000);
	char c = 0;

	if (connect(from, &to.sa, sizeof(to)))
		die("connect");
	ok(wait_until(send(from, &c, 1, 0) < 0 && errno == EHOSTUNREACH),
	   "%s: a VE without a device is unreachable", how);
	close(from);
}

static void test_both_ways(void (*test)(const char *how))
{
	set("0");
	test("by the host");
	set("1");
	test("directly");
}

static void tcp_any(const char *how)
{
	static int port = 5000;

	test_tcp(how, port);
	port += 2;
}

int main(void)
{
	prepare_running();
	test_file();
	test_rules();
	test_both_ways(test_counters);
	test_both_ways(test_source);
	test_both_ways(tcp_any);
	test_both_ways(test_hold);
	test_both_ways(test_rate);
	stop(&ve2);
	test_both_ways(test_nobody);
	set("0");
	stop(&ve1);
	return finish();
}
