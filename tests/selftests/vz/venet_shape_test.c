// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shaping: what a VE sends in a class takes the time that its rate gives it,
 * arrives whole, does not disturb others, and waits while the VE is held. Times
 * are bounds from below only, so the speed of the machine does not matter.
 */
#include "venet.h"

#define CLASSES		CGROUP_ROOT "/ve.classes"
#define CLASSES_V6	CGROUP_ROOT "/ve.classes_v6"
#define TOTAL		CGROUP_ROOT "/ve.totalrate"

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int table(const char *path, const char *text)
{
	return write_file(path, "%s", text) ? -errno : 0;
}

struct stream {
	const struct party *from;
	const char *src, *dst;
};

static const struct stream v4 = { &ve1, "10.77.1.1", "10.77.0.1" };
static const struct stream v6 = { &ve1, "fd77::1:1", "fd77::ffff" };
static const struct stream v4_of_2 = { &ve2, "10.77.1.2", "10.77.0.1" };

#define LEN	1000	/* of a datagram */

/* @n datagrams; the socket has room for few, so it waits instead of losing them. */
static int send_some(int fd, const char *dst, int port, int n)
{
	union addr a = addr_of(dst, port);
	char buf[LEN] = { 0 };
	int i;

	for (i = 0; i < n; i++) {
		memcpy(buf, &i, sizeof(i));
		if (sendto(fd, buf, sizeof(buf), 0, &a.sa, sizeof(a)) != sizeof(buf))
			return i;
	}
	return n;
}

static int small_sock_in(const struct party *v, const char *src)
{
	int fd = sock_in(v, SOCK_DGRAM, src, 0), size = 4096;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

/* How many of @n datagrams arrive in order. */
static int receive_some(int fd, int n, int ms)
{
	char buf[LEN];
	int i, nr;

	for (i = 0; i < n; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, ms) != 1 || recv(fd, buf, sizeof(buf), 0) != sizeof(buf))
			break;
		memcpy(&nr, buf, sizeof(nr));
		if (nr != i)
			break;
	}
	return i;
}

/* Milliseconds that @n datagrams take until the last one has arrived; -1: some did not. */
static long long takes(const struct stream *s, int n)
{
	int from = small_sock_in(s->from, s->src), to = sock_in(&host, SOCK_DGRAM, s->dst, 7100);
	long long begin = now_ms(), end;
	int sent, status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(send_some(from, s->dst, 7100, n) != n);
	sent = receive_some(to, n, ARRIVAL_MS);
	end = now_ms();
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(from);
	close(to);
	return sent == n ? end - begin : -1;
}

/* What @n datagrams have to take at @kbit, without the burst and with a tenth off. */
static long long least(int n, int kbit)
{
	return n * (LEN + 28) * 8LL / kbit * 9 / 10 - 60;
}

static void test_input(void)
{
	static const char *const bad[] = {
		"1", "1 8", "1 8 bound", "1 0 bound 0", "16 8 bound 0", "-1 8 bound 0",
		"1 -8 bound 0", "1 100000001 bound 0", "1 8 free 0", "1 8 bound 65536",
		"1 8 bound 0 0", "1 8 bound 0\n1 8 bound 0", "eth0 1 8 bound 0",
		"1 99999999999999999999 bound 0", "nonsense",
	};
	static char huge[65536];
	unsigned int i;

	expect(put(&ve1, "ve.rate", "2 64 borrow 100\n1 1000 bound 0"), 0, "rates");
	ok(shows(&ve1, "ve.rate", "1 1000 bound 0\n2 64 borrow 100"), "are shown by class");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(put(&ve1, "ve.rate", bad[i]), -EINVAL, bad[i]);
	memset(huge, '\n', sizeof(huge) - 1);
	i = open(ve_path(&ve1.ve, "ve.rate"), O_WRONLY | O_CLOEXEC);
	fails_with(E2BIG, write(i, huge, sizeof(huge)), "too many bytes");
	close(i);
	ok(shows(&ve1, "ve.rate", "1 1000 bound 0\n2 64 borrow 100"), "nothing of them is taken");
	expect(put(&ve1, "ve.rate", "\n"), 0, "an empty line");
	ok(shows(&ve1, "ve.rate", ""), "takes all away");
	expect(table(TOTAL, "1 1000\n3 64"), 0, "pools");
	ok(!strcmp(read_file(TOTAL), "1 1000\n3 64"), "are shown");
	expect(table(TOTAL, "1 1000 bound 0"), -EINVAL, "a pool is not bound");
	expect(table(TOTAL, "1 0"), -EINVAL, "nor 0");
	expect(table(TOTAL, "\n"), 0, "no pools");
}

static int write_own(void *arg)
{
	return table(arg, "1 100000000 bound 0");
}

static void test_rates(void)
{
	long long ms;

	ok(takes(&v4, 50) >= 0, "without a rate datagrams arrive");
	expect(as_root_of(&ve1, write_own, (void *)ve_path(&ve1.ve, "ve.rate")), -EPERM,
	       "root of a VE sets no rate");
	must(&ve1, "ve.rate", "1 800 bound 0");
	ms = takes(&v4, 150);
	ok(ms >= least(150, 800), "150 KB at 800 kbit/s take their time: %lld ms", ms);
	ms = takes(&v6, 150);
	ok(ms >= least(150, 800), "IPv6 as well: %lld ms", ms);
	must(&ve1, "ve.rate", "1 800 bound 5140");
	ms = takes(&v4, 30);
	ok(ms >= least(150, 800), "a packet counts as many bytes as it is told to: %lld ms", ms);
	must(&ve1, "ve.rate", "2 8 bound 0");
	ok(takes(&v4, 50) >= 0 && takes(&v4, 50) < least(50, 8), "another class has its own");
}

static void test_pool(void)
{
	long long ms;

	table(TOTAL, "1 1600");
	must(&ve1, "ve.rate", "1 100 borrow 0");
	ms = takes(&v4, 150);
	ok(ms >= least(150, 1600), "it borrows no more than the pool has: %lld ms", ms);
	ok(ms < least(150, 100), "but that");
	must(&ve1, "ve.rate", "1 400 bound 0");
	ms = takes(&v4, 100);
	ok(ms >= least(100, 400), "one that is bound borrows nothing: %lld ms", ms);
	table(TOTAL, "\n");
	must(&ve1, "ve.rate", "1 400 borrow 0");
	ms = takes(&v4, 100);
	ok(ms >= least(100, 400), "there is nothing to borrow without a pool: %lld ms", ms);
}

static void test_tcp(void)
{
	static char buf[1 << 16];
	struct tcp t = tcp_between(&ve1, "10.77.1.1", &host, "10.77.0.1", 7200);
	size_t total = 300000, got = 0;
	long long ms, begin = now_ms();
	ssize_t n;
	pid_t pid;

	must(&ve1, "ve.rate", "1 2000 bound 0");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		size_t sent = 0;

		while (sent < total) {
			n = total - sent < sizeof(buf) ? total - sent : sizeof(buf);
			n = send(t.client, buf, n, 0);
			if (n <= 0)
				_exit(1);
			sent += n;
		}
		_exit(0);
	}
	while (got < total && (n = recv(t.server, buf, sizeof(buf), 0)) > 0)
		got += n;
	ms = now_ms() - begin;
	ok(got == total, "TCP comes through whole: %zu", got);
	ok(ms >= 300000 * 8 / 2000 * 9 / 10 - 60, "at its rate: %lld ms", ms);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	tcp_close(t);
}

/* A VE that floods its class has no part in what another one gets. */
static void test_neighbour(void)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	pid_t pid;

	must(&ve1, "ve.rate", "1 64 bound 0");
	fflush(stdout);
	pid = fork();
	if (!pid)
		for (;;)
			send_some(from, "10.77.0.1", 7300, 1);
	ok(takes(&v4_of_2, 200) >= 0, "a neighbour of one that floods loses nothing");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(from);
	must(&ve1, "ve.rate", "\n");
}

static void test_hold(void)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 7400);
	char buf[LEN];
	int waiting = -1, nr = -1;

	must(&ve1, "ve.rate", "1 1 bound 0");
	send_some(from, "10.77.0.1", 7400, 3);
	ok(receive_some(to, 1, ARRIVAL_MS) == 1, "the first goes at once");
	must(&ve1, "ve.hold", "1");
	sscanf(get(&ve1, "ve.hold"), "1 %d", &waiting);
	ok(waiting == 2, "those that wait for their time are held: %d", waiting);
	must(&ve1, "ve.rate", "\n");
	ok(receive_number(to, 500) == -1, "and do not get out, with no rate either");
	must(&ve1, "ve.hold", "0");
	if (recv(to, buf, sizeof(buf), 0) == sizeof(buf))
		memcpy(&nr, buf, sizeof(nr));
	ok(nr == 1 && recv(to, buf, sizeof(buf), 0) == sizeof(buf) && buf[0] == 2,
	   "they go in order when the hold ends");
	close(from);
	close(to);
}

static void test_rate_taken_away(void)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);
	int to = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 7500);

	must(&ve1, "ve.rate", "1 1 bound 0");
	send_some(from, "10.77.0.1", 7500, 3);
	must(&ve1, "ve.rate", "\n");
	ok(receive_some(to, 3, ARRIVAL_MS) == 3, "what waits goes at once when the rate goes");
	close(from);
	close(to);
}

static void test_stop_with_a_queue(void)
{
	int from = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 0);

	must(&ve1, "ve.rate", "1 1 bound 0");
	send_some(from, "10.77.0.1", 7600, 3);
	close(from);
	stop(&ve1);
	ve_destroy(&ve1.ve);
	ok(access(ve1.ve.dir, F_OK), "a VE with packets that wait is stopped and removed");
}

int main(void)
{
	prepare_running();
	table(CLASSES, "1 10.77.0.0/24");
	table(CLASSES_V6, "1 fd77::/112");
	test_input();
	test_rates();
	test_pool();
	test_tcp();
	test_neighbour();
	test_hold();
	test_rate_taken_away();
	test_stop_with_a_queue();
	table(CLASSES, "\n");
	table(CLASSES_V6, "\n");
	stop(&ve2);
	return finish();
}
