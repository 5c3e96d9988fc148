// SPDX-License-Identifier: GPL-2.0-only
/*
 * venet: who owns an address, who may make a device, packets between host and
 * VEs, foreign sources, and that all of it goes with the VE.
 */
#include "venet.h"

/* Push @total bytes of a known pattern through. Return: bytes that came right. */
static size_t pump(struct tcp t, size_t total)
{
	static unsigned char out[65536], in[65536];
	struct pollfd p[2] = {
		{ .fd = t.client, .events = POLLOUT }, { .fd = t.server, .events = POLLIN },
	};
	size_t sent = 0, got = 0, i;
	ssize_t n;

	while (got < total && poll(p, 2, ARRIVAL_MS) > 0) {
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

static void test_addresses(void)
{
	char *veip, line[64];

	expect(put(&ve1, "ve.ip", "+10.77.1.1"), 0, "add an address");
	expect(put(&ve1, "ve.ip", "+10.77.1.1/32"), 0, "add it twice");
	expect(put(&ve2, "ve.ip", "+10.77.1.1"), -EADDRINUSE, "address in use");
	expect(put(&ve2, "ve.ip", "+10.77.0.0/16"), -EADDRINUSE, "network overlaps");
	expect(put(&ve2, "ve.ip", "-10.77.1.1"), -EADDRNOTAVAIL, "delete a foreign one");
	expect(put(&ve2, "ve.ip", "-10.77.1.2"), -EADDRNOTAVAIL, "delete an unknown one");
	expect(put(&ve2, "ve.ip", "10.77.1.2"), -EINVAL, "no sign");
	expect(put(&ve2, "ve.ip", "+127.0.0.1"), -EINVAL, "loopback");
	expect(put(&ve2, "ve.ip", "+nonsense"), -EINVAL, "no address");
	expect(put(&ve1, "ve.ip", "+2001:db8:0:1::/64"), 0, "add a network");
	expect(put(&ve2, "ve.ip", "+2001:db8:0:1::9"), -EADDRINUSE, "inside of a foreign network");
	ok(shows(&ve1, "ve.ip", "10.77.1.1\n2001:db8:0:1::/64"),
	   "ve.ip lists what is owned");
	veip = read_file("/proc/vz/veip");
	snprintf(line, sizeof(line), "%39s %10u\n", "10.77.1.1", ve1.ve.id);
	ok(!strncmp(veip, "Version: 2.5\n", 13) && strstr(veip, line),
	   "/proc/vz/veip has the classic format");
	expect(put(&ve1, "ve.ip", "-all"), 0, "delete all");
	ok(shows(&ve1, "ve.ip", ""), "ve.ip is empty");
	expect(put(&ve2, "ve.ip", "+10.77.1.1"), 0, "freed address is free");
	expect(put(&ve2, "ve.ip", "-10.77.1.1"), 0, "delete an address");

	own(&ve1);
	own(&ve2);
}

static int try_write(void *arg)
{
	int fd = *(int *)arg;

	return write(fd, "+10.77.1.99", 11) < 0 ? -errno : 0;
}

static int try_open(void *arg)
{
	return write_file(arg, "+10.77.1.99") ? -errno : 0;
}

static int new_venet_elsewhere(void *arg)
{
	struct link_request want = { 0, "venet0" };

	(void)arg;
	return unshare(CLONE_NEWNET) ? -errno : new_venet(&want);
}

static void test_devices(void)
{
	int fd;

	begin(&ve1, "RESTORING");
	expect(make_venet(&ve1, 7, "venet0"), 0, "root of a VE in RESTORING makes its device");
	enter(&ve1);
	ok(if_nametoindex("venet0") == 7, "with the index asked for");
	enter(&host);
	expect(make_venet(&ve1, 0, "venet1"), -EEXIST, "but not a second one");
	in(&ve1, "ip link del venet0");
	expect(make_venet(&ve1, 0, "net%d"), 0, "a deleted one can be made again");
	in(&ve1, "ip link set net0 name venet0");
	addresses(&ve1);
	run(&ve1);
	expect(make_venet(&ve1, 0, "venet1"), -EPERM, "no device in RUNNING");
	in(&ve1, "ip link del venet0");
	expect(make_venet(&ve1, 0, "venet0"), -EPERM, "not even instead of a deleted one");

	expect(as_root_of(&ve1, try_open, (void *)ve_path(&ve1.ve, "ve.ip")), -EPERM,
	       "root of a VE may not change ve.ip");
	fd = open(ve_path(&ve1.ve, "ve.ip"), O_WRONLY);
	expect(as_root_of(&ve1, try_write, &fd), 0, "the opener counts, not the writer");
	must(&ve1, "ve.ip", "-10.77.1.99");
	close(fd);
	stop(&ve1);

	expect(make_venet(&host, 0, "venet1"), -EEXIST, "the host has one device");
	expect(as_root_of(&host, new_venet_elsewhere, NULL), -EPERM,
	       "none in a net namespace of no VE");

	start(&ve1);
	start(&ve2);
	ok(!strcmp(read_file("/sys/class/net/venet0/type"), "65535"),
	   "the type of the device is ARPHRD_VOID");
}

/* The VE's own mount of /proc says who looks, whoever it is. */
static void test_veip_in_ve(void)
{
	char path[64], *text;

	snprintf(path, sizeof(path), "/proc/%d/root/proc/vz/veip", atoi(get(&ve1, "ve.init")));
	text = read_file(path);
	ok(!strncmp(text, "Version: 2.5\n", 13) && strstr(text, " 10.77.1.1 ") &&
	   strstr(text, " fd77::1:1 ") && !strstr(text, "9002"),
	   "a VE's veip shows its own addresses only");
}

static void test_traffic(void)
{
	static const struct {
		const struct party *from, *to;
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

		ok(ping(way[i].from, way[i].dst), "ping, %s", way[i].what);
		t = tcp_between(way[i].from, way[i].src, way[i].to, way[i].dst, 5000 + i);
		if (t.server >= 0)
			n = pump(t, total);
		ok(n == total, "8 MiB over TCP, %s%s", way[i].what,
		   t.server < 0 ? ": not connected" : "");
		tcp_close(t);
	}
	after = counts(&ve1);
	ok(after.rx_bytes - before.rx_bytes > 3 * total &&
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
	ok(receive_number(to, 500) == -1, "the host's rules apply between VEs");
	in(&host, "ip rule del iif venet0 lookup 77");
	send_number(fd, "10.77.1.2", 6000, 2);
	ok(receive_number(to, ARRIVAL_MS) == 2, "and no longer when they are gone");
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
	ok(receive_number(at_host, ARRIVAL_MS) == 4242, "from its own address");
	as_root_of(&ve1, send_raw, &sibling);
	as_root_of(&ve1, send_raw, &nobody);
	as_root_of(&ve1, send_raw, &of_host);
	ok(receive_number(at_host, 500) == -1 && receive_number(at_ve2, 500) == -1,
	   "packets with a foreign source do not arrive");
	ok(counts(&ve1).spoofed == before + 3, "and are counted");

	in(&ve1, "ip addr add 10.77.1.50/32 dev venet0");
	in(&ve1, "ip -6 addr add fd77::1:50/128 dev venet0");
	fd = sock_in(&ve1, SOCK_DGRAM, "10.77.1.50", 0);
	send_number(fd, "10.77.0.1", 6001, 1);
	close(fd);
	ok(receive_number(at_host, 500) == -1 && counts(&ve1).spoofed == before + 4,
	   "nor from an address that the VE gave itself");
	must(&ve1, "ve.ip", "+10.77.1.50");
	fd = sock_in(&ve1, SOCK_DGRAM, "10.77.1.50", 0);
	send_number(fd, "10.77.0.1", 6001, 2);
	close(fd);
	ok(receive_number(at_host, ARRIVAL_MS) == 2, "until the host says it owns it");
	must(&ve1, "ve.ip", "-10.77.1.50");
	fd = sock_in(&ve1, SOCK_DGRAM, "fd77::1:50", 0);
	send_number(fd, "fd77::ffff", 6001, 1);
	close(fd);
	ok(counts(&ve1).spoofed == before + 5, "IPv6 is checked as well");
	ok(counts(&ve2).spoofed == 0, "the other VE is not blamed");
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
	poll(&p, 1, ARRIVAL_MS);
	ok(send(fd, &c, 1, 0) < 0 && errno == EHOSTUNREACH,
	   "an address of no VE is unreachable");
	close(fd);
}

static void test_removal(void)
{
	int fd = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 0);
	union addr a = addr_of("10.77.1.2", 7);
	char c = 0;

	stop(&ve1);
	stop(&ve2);
	connect(fd, &a.sa, sizeof(a));
	ok(wait_until(send(fd, &c, 1, 0) != 1 && errno == EHOSTUNREACH),
	   "the device goes with the namespace");
	close(fd);
	ve_destroy(&ve1.ve);
	ok(access(ve1.ve.dir, F_OK), "the cgroup can be removed");
	ok(wait_until(!strstr(read_file("/proc/vz/veip"), "10.77.1.1 ")),
	   "and takes its addresses along");
	expect(put(&ve2, "ve.ip", "+10.77.1.1"), 0, "which are free again");
}

int main(void)
{
	prepare();
	test_addresses();
	test_devices();
	test_veip_in_ve();
	test_traffic();
	test_filter();
	test_spoofing();
	test_unreachable();
	test_removal();
	return finish();
}
