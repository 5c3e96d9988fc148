// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traffic classes: real packets are counted in the class of the other side's
 * address, tables are replaced as a whole or not at all, counters can be set
 * back as they were, and none of it is for a VE.
 */
#include "venet.h"

#define CLASSES		CGROUP_ROOT "/ve.classes"
#define CLASSES_V6	CGROUP_ROOT "/ve.classes_v6"
#define MANY		1024

struct row {
	unsigned long long in_bytes, in, out_bytes, out;
};

static struct row row_of(const struct party *v, const char *family, int class)
{
	struct row r = { 0 };
	char head[16], *p;

	snprintf(head, sizeof(head), "%s %d ", family, class);
	for (p = get(v, "ve.traffic"); p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (!strncmp(p, head, strlen(head)) &&
		    sscanf(p + strlen(head), "%llu %llu %llu %llu", &r.in_bytes, &r.in,
			   &r.out_bytes, &r.out) == 4)
			return r;
	return r;
}

/* One write of any length. Return: 0 or -errno. */
static int write_whole(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, len);
	n = n < 0 ? -errno : n == (ssize_t)len ? 0 : -EIO;
	close(fd);
	return n;
}

static int table(const char *path, const char *text)
{
	return write_whole(path, text, strlen(text));
}

/* A datagram of 4 bytes each way, 32 with its IPv4 header and 52 with that of IPv6. */
static void talk(const struct party *v, const char *own, const char *other)
{
	int at_ve = sock_in(v, SOCK_DGRAM, own, 7001);
	int at_host = sock_in(&host, SOCK_DGRAM, other, 7002);

	if (send_number(at_ve, other, 7002, 1) || receive_number(at_host, ARRIVAL_MS) != 1 ||
	    send_number(at_host, own, 7001, 2) || receive_number(at_ve, ARRIVAL_MS) != 2)
		die("datagrams between %s and %s", own, other);
	close(at_ve);
	close(at_host);
}

static void test_tables(void)
{
	expect(table(CLASSES, "\n"), 0, "an empty table");
	ok(!strcmp(read_file(CLASSES), ""), "shows nothing");
	expect(table(CLASSES, "1 0.0.0.0/0\n\n 2\t10.77.0.0/16 \n"), 0, "a table");
	ok(!strcmp(read_file(CLASSES), "1 0.0.0.0/0\n2 10.77.0.0/16"), "shows its lines");
	expect(table(CLASSES_V6, "1 ::/0\n3 fd77::/16\n"), 0, "one of IPv6");
	ok(!strcmp(read_file(CLASSES_V6), "1 ::/0\n3 fd77::/16"), "is apart");
	ok(access(ve_path(&ve1.ve, "ve.classes"), F_OK), "a VE has no table of its own");
}

static int write_classes(void *arg)
{
	return table(arg, "5 0.0.0.0/0\n");
}

static int write_opened(void *arg)
{
	return write(*(int *)arg, "5 0.0.0.0/0\n", 12) < 0 ? -errno : 0;
}

static int write_traffic(void *arg)
{
	return table(arg, "reset");
}

static void test_hostile_tables(void)
{
	static const char *const bad[] = {
		"1", "1 ", "x 10.0.0.0/8", "16 10.0.0.0/8", "-1 10.0.0.0/8", "256 10.0.0.0/8",
		"99999999999999999999 10.0.0.0/8", "1 10.0.0.0/33", "1 10.0.0.0/-1",
		"1 10.0.0.1/8", "1 10.0.0.0/8/8", "1 10.0.0.0/8 2", "1 ::/0", "1 venet0",
		"10.0.0.0/8 1", "# words", "1 10.0.0.0/8\n2 nonsense\n3 10.1.0.0/16",
		"\377\376\1", "1\n10.0.0.0/8",
	};
	static char text[200000];
	unsigned int i, n;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(table(CLASSES, bad[i]), -EINVAL, bad[i]);
	expect(write_whole(CLASSES, "1 10.0.0.0/8\n\0002 10.0.0.0/8\n", 27), -EINVAL,
	       "a zero byte in it");
	for (i = n = 0; i < MANY + 1; i++)
		n += sprintf(text + n, "%u 10.%u.%u.0/24\n", i % 16, i / 256, i % 256);
	expect(table(CLASSES, text), -ENOSPC, "too many lines");
	memset(text, '\n', sizeof(text) - 1);
	expect(table(CLASSES, text), -E2BIG, "too many bytes");
	memset(text, '1', 60000);
	text[60000] = 0;
	expect(table(CLASSES, text), -EINVAL, "one long line");
	ok(!strcmp(read_file(CLASSES), "1 0.0.0.0/0\n2 10.77.0.0/16") &&
		   !strcmp(read_file(CLASSES_V6), "1 ::/0\n3 fd77::/16"),
	   "nothing of them is taken");
	for (i = n = 0; i < MANY; i++)
		n += sprintf(text + n, "%u 10.0.0.0/8\n", i % 16);
	expect(table(CLASSES, text), 0, "as many lines as may be, all the same network");
	expect(table(CLASSES, "1 0.0.0.0/0\n2 10.77.0.0/16\n"), 0, "and back");
}

static void test_from_inside(void)
{
	int fd;

	expect(as_root_of(&ve1, write_classes, CLASSES), -EPERM, "root of a VE writes no table");
	fd = open(CLASSES, O_WRONLY | O_CLOEXEC);
	expect(as_root_of(&ve1, write_opened, &fd), 0, "the opener counts, not the writer");
	close(fd);
	table(CLASSES, "1 0.0.0.0/0\n2 10.77.0.0/16\n");
	expect(as_root_of(&ve1, write_traffic, (void *)ve_path(&ve1.ve, "ve.traffic")), -EPERM,
	       "nor sets its counters");
}

static int look_at_venetstat(void *arg)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/root/proc/vz/%s", atoi(get(&ve1, "ve.init")),
		 (char *)arg);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : 0;
}

static void test_counting(void)
{
	struct row r;

	talk(&ve1, "10.77.1.1", "10.77.0.1");
	r = row_of(&ve1, "ipv4", 2);
	ok(r.in == 1 && r.out == 1 && r.in_bytes == 32 && r.out_bytes == 32,
	   "a datagram each way is in class 2: %llu %llu %llu %llu", r.in_bytes, r.in,
	   r.out_bytes, r.out);
	ok(!row_of(&ve1, "ipv4", 1).in && !row_of(&ve1, "ipv4", 0).in, "and in no other");
	talk(&ve1, "fd77::1:1", "fd77::ffff");
	r = row_of(&ve1, "ipv6", 3);
	ok(r.in >= 1 && r.out >= 1 && r.in_bytes >= 52 && r.out_bytes >= 52,
	   "IPv6 is counted apart, in class 3");
	ok(!row_of(&ve1, "ipv4", 3).in, "by its own table");

	table(CLASSES, "1 0.0.0.0/0\n2 10.77.0.0/16\n7 10.77.0.1/32\n");
	talk(&ve1, "10.77.1.1", "10.77.0.1");
	r = row_of(&ve1, "ipv4", 7);
	ok(r.in == 1 && r.out == 1, "the last line that covers the address counts");
	table(CLASSES, "7 10.77.0.1/32\n1 0.0.0.0/0\n");
	talk(&ve1, "10.77.1.1", "10.77.0.1");
	ok(row_of(&ve1, "ipv4", 1).in == 1 && row_of(&ve1, "ipv4", 7).in == 1,
	   "also when it is the wider one");
	table(CLASSES, "\n");
	talk(&ve1, "10.77.1.1", "10.77.0.1");
	ok(row_of(&ve1, "ipv4", 0).in == 1, "without a table all is class 0");
	ok(row_of(&ve1, "ipv4", 2).in == 1, "what was counted stays");
	ok(shows(&ve2, "ve.traffic", ""), "the other VE has counted nothing");
}

static void test_sum_and_proc(void)
{
	unsigned long long in = 0, in_bytes = 0, out = 0, out_bytes = 0;
	struct net_counts c = counts(&ve1);
	char want[2048], *p;
	int nr, n;

	for (nr = 0; nr < 16; nr++) {
		struct row a = row_of(&ve1, "ipv4", nr), b = row_of(&ve1, "ipv6", nr);

		in += a.in + b.in;
		in_bytes += a.in_bytes + b.in_bytes;
		out += a.out + b.out;
		out_bytes += a.out_bytes + b.out_bytes;
	}
	ok(c.rx == in && c.rx_bytes == in_bytes && c.tx == out && c.tx_bytes == out_bytes,
	   "ve.net is the sum of all");

	n = snprintf(want, sizeof(want), "9001 ");
	for (nr = 0; nr < 16; nr++) {
		struct row a = row_of(&ve1, "ipv4", nr);

		n += snprintf(want + n, sizeof(want) - n, " %20llu/%20llu", a.in_bytes,
			      a.out_bytes);
	}
	p = read_file("/proc/vz/venetstat");
	ok(!strncmp(p, want, n) && p[n] == '\n' && !strncmp(p + n + 1, "9002  ", 6) &&
		   strlen(p) == 2 * (size_t)n + 1,
	   "/proc/vz/venetstat has the classic format");
	n = snprintf(want, sizeof(want), "9001 ");
	for (nr = 0; nr < 16; nr++) {
		struct row a = row_of(&ve1, "ipv6", nr);

		n += snprintf(want + n, sizeof(want) - n, " %20llu/%20llu", a.in_bytes,
			      a.out_bytes);
	}
	ok(!strncmp(read_file("/proc/vz/venetstat_v6"), want, n), "venetstat_v6 as well");
	ok(look_at_venetstat("venetstat") && look_at_venetstat("venetstat_v6"),
	   "a VE's /proc has neither");
}

static void test_restore(void)
{
	static const char before[] = "ipv4 0 1000 10 2000 20\nipv4 15 5 1 7 1\nipv6 3 9 2 8 3";
	static const char *const bad[] = {
		"ipv4", "ipv4 0 1 2 3", "ipv4 16 1 2 3 4", "ipv4 0 1 2 3 4 5", "ipv4 0 -1 2 3 4",
		"ipv4 0 9223372036854775808 2 3 4", "ipv4 0 1 2 3 4\nipv4 0 1 2 3 4",
		"ipv4 1 1 1 1 1\nnonsense", "tcp 0 1 2 3 4",
	};
	unsigned int i;
	struct row r;

	expect(put(&ve1, "ve.traffic", before), -EBUSY, "counters of a running VE are not set");
	expect(put(&ve1, "ve.traffic", "reset"), 0, "but go back to nothing");
	ok(shows(&ve1, "ve.traffic", "") && !counts(&ve1).rx, "all of them");
	talk(&ve1, "10.77.1.1", "10.77.0.1");
	ok(row_of(&ve1, "ipv4", 0).in == 1, "and count on");
	stop(&ve1);
	begin(&ve1, "RESTORING");
	expect(put(&ve1, "ve.traffic", before), 0, "they are set while it is restored");
	ok(shows(&ve1, "ve.traffic", before), "to the number");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(put(&ve1, "ve.traffic", bad[i]), -EINVAL, bad[i]);
	ok(shows(&ve1, "ve.traffic", before), "nothing of those was taken");
	if (make_venet(&ve1, 0, "venet0"))
		die("venet0");
	addresses(&ve1);
	run(&ve1);
	talk(&ve1, "10.77.1.1", "10.77.0.1");
	r = row_of(&ve1, "ipv4", 0);
	ok(r.in_bytes == 1032 && r.in == 11 && r.out_bytes == 2032 && r.out == 21,
	   "and it counts on from there: %llu %llu %llu %llu", r.in_bytes, r.in, r.out_bytes,
	   r.out);
}

/* Tables come and go while packets are classified. */
static void test_replaced_under_traffic(void)
{
	int at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int at_host = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 7003);
	unsigned long long before = counts(&ve1).tx, seen;
	int i, status;
	pid_t pid = fork();

	if (!pid) {
		for (i = 0;; i++)
			table(CLASSES, i % 3 == 0 ? "\n" : i % 3 == 1 ? "9 0.0.0.0/0\n" :
			      "8 10.0.0.0/8\n9 10.77.0.1/32\n");
	}
	for (i = 0; i < 2000; i++)
		send_number(at_ve, "10.77.0.1", 7003, i);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(receive_in_order(at_host, 2000) == 2000, "packets go on while tables are replaced");
	ok(counts(&ve1).tx - before == 2000, "each is counted once");
	seen = row_of(&ve1, "ipv4", 0).out + row_of(&ve1, "ipv4", 9).out +
	       row_of(&ve1, "ipv4", 8).out;
	ok(seen >= 2000, "in a class of one of the tables");
	close(at_ve);
	close(at_host);
}

int main(void)
{
	prepare();
	own(&ve1);
	own(&ve2);
	start(&ve1);
	test_tables();
	test_hostile_tables();
	test_from_inside();
	test_counting();
	test_sum_and_proc();
	test_restore();
	test_replaced_under_traffic();
	table(CLASSES, "\n");
	table(CLASSES_V6, "\n");
	stop(&ve1);
	return finish();
}
