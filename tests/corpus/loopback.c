// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections inside the VE that have something to do while nobody runs: a frozen VE's timers
 * still send, to ends that are just being looked at.
 */
#include <sys/ioctl.h>
#include "net.h"

static void set_int(int fd, int level, int name, int value)
{
	need(!setsockopt(fd, level, name, &value, sizeof(value)));
}

/* A connection whose ends do not wait, with little room at the one that reads. */
static struct net_pair narrow_pair(void)
{
	struct sockaddr_storage at;
	struct net_pair pair = { .listener = net_listen(AF_INET, &at) };

	set_int(pair.listener, SOL_SOCKET, SO_RCVBUF, 8192);
	pair.client = net_connect(&at);
	need((pair.server = accept4(pair.listener, NULL, NULL, SOCK_NONBLOCK)) >= 0);
	need(!fcntl(pair.client, F_SETFL, O_NONBLOCK));
	need(!close(pair.listener));
	return pair;
}

/* --- they ask for a window, at a different time each */
#define ASKING	40
static struct net_pair asking[ASKING];
static int queued[ASKING], unsent[ASKING];
static char bytes[1 << 17], in[sizeof(bytes)];

static int unsent_of(int fd)
{
	int size;

	need(!ioctl(fd, 0x894B /* SIOCOUTQNSD */, &size));
	return size;
}

static void fill(int i)
{
	ssize_t got;

	fill_bytes(bytes, sizeof(bytes), i);
	for (queued[i] = 0; queued[i] < (int)sizeof(bytes); queued[i] += got) {
		got = write(asking[i].client, bytes + queued[i], sizeof(bytes) - queued[i]);
		if (got < 0)
			break;
	}
	usleep(25000);
	unsent[i] = unsent_of(asking[i].client);
}

static void set_up_asking(void)
{
	for (int i = 0; i < ASKING; i++) {
		asking[i] = narrow_pair();
		set_int(asking[i].client, SOL_SOCKET, SO_SNDBUF, 65536);
		fill(i);
		need(unsent[i] > 20000);
	}
}

/* Where the other end has no room nothing more is sent, but for the rest of a window. */
static void verify_asking(void)
{
	for (int i = 0; i < ASKING; i++) {
		int now = unsent_of(asking[i].client);

		if (now + 16384 < unsent[i])
			equal(now, unsent[i]);
	}
	for (int i = 0; i < ASKING; i++) {
		memset(in, 0, queued[i]);
		need(!fcntl(asking[i].server, F_SETFL, 0));
		get_all(asking[i].server, in, queued[i]);
		need(!fcntl(asking[i].server, F_SETFL, O_NONBLOCK));
		need(bytes_are(in, queued[i], i));
		fill(i);
	}
}

static void spoil_asking(void)
{
	need(read(asking[7].server, in, 1) == 1);
	need(!shutdown(asking[7].client, SHUT_WR));
}

STATE(tcp_asking, "connections that ask for a window while they are dumped", set_up_asking,
      verify_asking, spoil_asking);

/* --- a process that writes and reads all the time, less than it is given */
#define BUSY	24
#define ENOUGH	20000

static struct busy {
	struct net_pair pair;
	uint64_t sent, got, seen;
	bool wrong;
} busy[BUSY];
/* What is asked for and what was answered: 1 when each goes on and is right; to spoil it. */
static volatile int *shared;
enum { ASKED, ANSWERED, RIGHT, SPOILT };

static unsigned char byte_of(int i, uint64_t at)
{
	return at * 31 + (at >> 8) * 7 + i;
}

static void send_some(int i, size_t most)
{
	struct busy *b = &busy[i];
	unsigned char text[1500];
	ssize_t done;

	for (size_t k = 0; k < most; k++)
		text[k] = byte_of(i, b->sent + k);
	done = send(b->pair.client, text, most, i % 3 ? 0 : MSG_MORE);
	if (done > 0)
		b->sent += done;
	else if (errno != EAGAIN)
		b->wrong = true;
}

static void get_some(int i, size_t most)
{
	struct busy *b = &busy[i];
	unsigned char text[1500];
	ssize_t done = recv(b->pair.server, text, most, 0);

	if (done < 0 && errno == EAGAIN)
		return;
	if (done <= 0)
		b->wrong = true;
	for (ssize_t k = 0; k < done; k++)
		b->wrong |= text[k] != byte_of(i, b->got + k);
	b->got += done > 0 ? done : 0;
}

static void answer(void)
{
	static bool asked;
	bool wrong = false, all = true;

	if (shared[ASKED] == shared[ANSWERED])
		return;
	for (int i = 0; i < BUSY; i++) {
		if (!asked)
			busy[i].seen = busy[i].got;
		wrong |= busy[i].wrong;
		all &= busy[i].got >= busy[i].seen + ENOUGH;
	}
	asked = true;
	if (!wrong && !all)
		return;
	asked = false;
	shared[RIGHT] = !wrong;
	shared[ANSWERED] = shared[ASKED];
}

static void work(void)
{
	for (unsigned int turn = 0;; turn++) {
		for (int i = 0; i < BUSY; i++) {
			/* some would fill up, some are at the end of what there is */
			send_some(i, 100 + turn * 37 % 1300);
			get_some(i, i % 2 ? 1500 : 400 + turn % 300);
		}
		if (shared[SPOILT])
			busy[0].got++;
		answer();
		usleep(5000);
	}
}

static void set_up_busy(void)
{
	pid_t child;

	for (int i = 0; i < BUSY; i++)
		busy[i].pair = narrow_pair();
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(shared != MAP_FAILED && (child = fork()) >= 0);
	if (!child)
		work();
}

static void verify_busy(void)
{
	shared[ASKED]++;
	in_time(shared[ASKED] == shared[ANSWERED]);
	equal(shared[RIGHT], 1);
}

static void spoil_busy(void)
{
	shared[SPOILT] = 1;
}

STATE(tcp_busy, "connections at work, with timers of all kinds", set_up_busy, verify_busy,
      spoil_busy);
