// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hold of venet: packets of a VE wait, in order and bounded, also while it
 * has no device and no net namespace, and nobody is told of an error.
 */
#include "venet.h"
#include <sys/mman.h>

#define HOLD_PACKETS	1024

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
	ok(receive_number(at_ve, 300) == -1 && receive_number(at_host, 0) == -1,
	   "a held VE gets and sends nothing");
	/* TCP may have sent its segment again */
	if (sscanf(get(&ve1, "ve.hold"), "1 %u %u", &waiting, &dropped) != 2)
		waiting = 0;
	ok(waiting >= 601 && waiting < 610 && !dropped,
	   "ve.hold shows what waits: %u packets, %u dropped", waiting, dropped);
	ok(ping(&host, "10.77.1.2"), "the other VE is not held");
	must(&ve1, "ve.hold", "0");
	ok(receive_in_order(at_ve, 300) == 300,
	   "released packets to the VE come in order, none lost");
	ok(receive_in_order(at_host, 300) == 300, "and so do those from it");
	ok(recv(t.server, buf, sizeof(buf), 0) == 5 && !strcmp(buf, "held"),
	   "a TCP connection goes on");
	ok(shows(&ve1, "ve.hold", "0 0 0"), "nothing waits any more");
	ok(ping(&host, "10.77.1.1"), "and packets flow");
	expect(put(&ve1, "ve.hold", "2"), -EINVAL, "ve.hold takes 1, 0 and drop only");
	/* What comes late of it would count in the next hold. */
	tcp_reset(t);
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
	snprintf(want, sizeof(want), "1 %d 10", HOLD_PACKETS);
	ok(shows(&ve1, "ve.hold", want), "the queue is bounded");
	must(&ve1, "ve.hold", "0");
	ok(receive_in_order(at_ve, HOLD_PACKETS) == HOLD_PACKETS &&
	   receive_number(at_ve, 300) == -1, "the oldest packets are kept");

	must(&ve1, "ve.hold", "1");
	send_number(at_host, "10.77.1.1", 6007, 0);
	must(&ve1, "ve.hold", "drop");
	for (i = 0; i < 3; i++)
		ok(!send_number(at_host, "10.77.1.1", 6007, 0), "no error for a dropped packet");
	ok(shows(&ve1, "ve.hold", "drop 0 4"), "drop discards what waits and what comes");
	must(&ve1, "ve.hold", "0");
	ok(receive_number(at_ve, 300) == -1, "and it stays discarded");
	close(at_host);
	close(at_ve);
}

/* Numbers that flow to VE 1; in shared memory. */
struct flow {
	volatile unsigned int begun;	/* by the sender, counted before it sends */
	volatile unsigned int got;	/* by us, which lets it go on */
};

/* Return: how many of what is there, at most @most, are out of order after @last. */
static unsigned int receive_flow(struct flow *f, int fd, int *last, int most)
{
	unsigned int wrong = 0;
	int n;

	while (most-- > 0 && (n = receive_number(fd, 0)) >= 0) {
		wrong += n <= *last;
		*last = n;
		f->got++;
	}
	return wrong;
}

static unsigned int held_packets(void)
{
	unsigned int waiting;

	if (sscanf(get(&ve1, "ve.hold"), "1 %u", &waiting) != 1)
		die("ve.hold");
	return waiting;
}

/*
 * Held and released all the time while packets flow. A hold lasts until what was
 * on its way up the stack has arrived: that may be overtaken otherwise. The
 * sender does not run further ahead than the queue is long.
 */
static void test_hold_under_load(void)
{
	const unsigned int total = 20000, ahead = HOLD_PACKETS / 2;
	struct flow *f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int to_ve = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 0);
	int at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6010);
	unsigned int wrong = 0, waiting, i;
	int last = -1, holds = 0, status;
	pid_t sender;

	if (f == MAP_FAILED)
		die("mmap");
	fflush(stdout);
	sender = fork();
	if (!sender) {
		for (i = 0; i < total; i++) {
			while (i - f->got > ahead)
				usleep(500);
			f->begun = i + 1;
			send_number(to_ve, "10.77.1.1", 6010, i);
		}
		_exit(0);
	}
	while (!waitpid(sender, &status, WNOHANG)) {
		must(&ve1, "ve.hold", "1");
		/* The sender stands still when it is far enough ahead. */
		if (!wait_until((waiting = held_packets(),
				 wrong += receive_flow(f, at_ve, &last, total),
				 f->got + waiting >= f->begun)))
			break;
		must(&ve1, "ve.hold", "0");
		holds++;
		wrong += receive_flow(f, at_ve, &last, ahead / 2);
	}
	must(&ve1, "ve.hold", "0");
	wait_until((wrong += receive_flow(f, at_ve, &last, total), f->got >= total));
	ok(f->got == total, "%u packets through holds: %u came", total, f->got);
	ok(!wrong, "in order: %u did not", wrong);
	ok(holds >= 20, "%d holds", holds);
	close(to_ve);
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
	wait_until(shows(&ve1, "ve.hold", "1 0 0"));
	ok(shows(&ve1, "ve.hold", "1 0 0"), "what a dead device sent is forgotten: %s",
	   get(&ve1, "ve.hold"));
	if (connect(at_host, &a.sa, sizeof(a)))
		die("connect");
	for (i = 0; i < 50; i++) {
		error |= send(at_host, &i, sizeof(i), 0) != sizeof(i);
		usleep(1000);
	}
	ok(!error, "no error for a held VE that is not there");
	ok(shows(&ve1, "ve.hold", "1 50 0"), "its packets wait");
	begin(&ve1, "RESTORING");
	expect(make_venet(&ve1, 0, "venet0"), 0, "the device is made again");
	addresses(&ve1);
	at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6009);
	run(&ve1);
	ok(receive_number(at_ve, 300) == -1, "they go on waiting");
	must(&ve1, "ve.hold", "0");
	ok(receive_in_order(at_ve, 50) == 50, "until the hold ends, in order, none lost");
	ok(receive_number(at_host, 100) == -1, "what was forgotten does not come");
	close(at_host);
	close(at_ve);
}

/* Bytes held in a row of VE 1, and how often it was refused. */
static unsigned long held_in(const char *row, unsigned long *failcnt)
{
	char *at = strstr(get(&ve1, "ve.ub.resources"), row);
	unsigned long held;

	if (!at || sscanf(at + strlen(row), " %lu %*u %*u %*u %lu", &held, failcnt) != 2)
		die("%s in ve.ub.resources", row);
	return held;
}

/*
 * Released packets are delivered while a program of the host runs: it is still
 * the VE that pays for its buffers, and its limit that refuses.
 */
static void test_hold_and_limit(void)
{
	int at_host = sock_in(&host, SOCK_DGRAM, "10.77.0.1", 6020);
	int at_ve = sock_in(&ve1, SOCK_DGRAM, "10.77.1.1", 6021);
	union addr to = addr_of("10.77.1.1", 6021);
	unsigned long held, before, after;
	char data[1000] = "";
	int i;

	must(&ve1, "ve.ub.resources", "dgramrcvbuf 65536 65536");
	held_in("dgramrcvbuf", &before);
	must(&ve1, "ve.hold", "1");
	for (i = 0; i < 300; i++)
		if (sendto(at_host, data, sizeof(data), 0, &to.sa, sizeof(to)) < 0)
			die("sendto");
	must(&ve1, "ve.hold", "0");
	held = held_in("dgramrcvbuf", &after);
	ok(held > 32768 && held <= 65536,
	   "packets that a program of the host releases hold %lu of 65536 bytes", held);
	ok(after > before, "the others are refused: %lu", after - before);
	must(&ve1, "ve.ub.resources", "dgramrcvbuf max max");
	close(at_host);
	close(at_ve);
}

int main(void)
{
	prepare_running();
	test_hold();
	test_hold_bounds();
	test_hold_under_load();
	test_hold_and_limit();
	test_hold_without_device();
	stop(&ve1);
	stop(&ve2);
	return finish();
}
