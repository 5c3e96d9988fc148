// SPDX-License-Identifier: GPL-2.0-only
/*
 * numneigh: entries of the neighbour tables; ENOBUFS at the barrier, for root of
 * the VE and for a packet that needs one; back when they or their device go.
 * The thresholds of the node's table are the host's alone.
 */
#include "nl.h"

#define ROOM	20
#define ROUNDS	10000
#define MANY	1100		/* more than gc_thresh3 */

static unsigned int dummy;	/* index */

/* What the VE and the host tell each other. */
static struct {
	volatile int ask, answered, err;
} *between;

static int neigh(int fd, int type, int i)
{
	return neigh_talk(fd, type, dummy, i, NUD_PERMANENT);
}

static void address(int fd)
{
	struct in_addr own = { htonl(0x0a090001) };
	struct nl nl = { 0 };
	struct ifaddrmsg *a = nl_msg(&nl, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE, sizeof(*a));

	a->ifa_family = AF_INET;
	a->ifa_prefixlen = 16;
	a->ifa_index = dummy;
	nl_put(&nl, IFA_LOCAL, &own, sizeof(own));
	need(!nl_talk(fd, &nl, 1));
}

/* A packet to a new neighbour. Return: 0 or the errno. */
static int packet(int i)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(0x0a090000 + i),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1, err = 0;

	need(fd >= 0 && !setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)));
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		err = errno;
	close(fd);
	return err;
}

static void test_random(const struct ve *ve, int fd, unsigned long base)
{
	bool there[2 * ROOM] = { 0 };
	unsigned int seed = 1;
	int i, k, err, up = 0;

	need(!ve_set_ub(ve, "numneigh", base + ROOM, base + ROOM));
	for (i = 0; i < ROUNDS; i++) {
		k = rand_r(&seed) % (2 * ROOM);
		err = neigh(fd, there[k] ? RTM_DELNEIGH : RTM_NEWNEIGH, 100 + k);
		if (err != (there[k] || up < ROOM ? 0 : ENOBUFS))
			break;
		if (!err) {
			up += there[k] ? -1 : 1;
			there[k] = !there[k];
		}
		if (i % 16 == 0 && ve_wait_held(ve, "numneigh", base + up) != base + up)
			break;
	}
	ok_eq(i, ROUNDS, "random rounds without a wrong count or errno");
	need(!ve_set_ub(ve, "numneigh", VE_MAX, VE_MAX));
}

/* On the host: a packet to a new neighbour when the VE asks for it. */
static void host(void)
{
	int fd = nl_open(NETLINK_ROUTE);

	while (!between->ask)
		ve_sleep_ms(10);
	need(!link_add(fd, "h0", "dummy") && !link_up(fd, "h0"));
	dummy = if_nametoindex("h0");
	address(fd);
	between->err = packet(700);
	need(!link_del(fd, "h0"));
	between->answered = 1;
	_exit(0);
}

/*
 * numneigh_overflow: entries of a VE, which the kernel keeps while they are
 * young, took the table's room from the host.
 */
static void test_overflow(const struct ve *ve, int fd, unsigned long base)
{
	int i, err = 0;

	for (i = 0; i < MANY && !err; i++)
		err = neigh_talk(fd, RTM_NEWNEIGH, dummy, 1000 + i, NUD_STALE);
	ok_eq(err, 0, "more entries in a VE than the node's table may have");
	between->ask = 1;
	ok(wait_until(between->answered), "the host was asked");
	ok_eq(between->err, 0, "the host meets a new neighbour");
	for (i = 0; i < MANY; i++)
		neigh(fd, RTM_DELNEIGH, 1000 + i);
	/* Older ones may have ended by themselves in the meantime. */
	ok(ve_wait_held(ve, "numneigh", base) <= base,
	   "held when the many are deleted: at most %lu", base);
}

static int body(const struct ve *ve)
{
	int fd = nl_open(NETLINK_ROUTE), i;
	struct ub_row before, row;
	unsigned long base;

	lo_up();
	/* No router solicitations and the like of its own. */
	need(!write_at("/proc/sys/net/ipv6/conf/default", "disable_ipv6", "1"));
	need(!link_add(fd, "d0", "dummy") && !link_up(fd, "d0"));
	dummy = if_nametoindex("d0");
	address(fd);
	before = ve_read_ub(ve, "numneigh");
	base = before.held;
	ok_eq(base, 0, "held at first");
	need(!ve_set_ub(ve, "numneigh", base + ROOM, base + 2 * ROOM));
	for (i = 0; i < ROOM; i++)
		need(!neigh(fd, RTM_NEWNEIGH, 100 + i));
	ok_eq(neigh(fd, RTM_NEWNEIGH, 100 + ROOM), ENOBUFS, "an entry at the barrier");
	row = ve_read_ub(ve, "numneigh");
	ok_eq(row.held, base + ROOM, "held at the barrier");
	ok_eq(row.maxheld, base + ROOM, "maxheld at the barrier");
	ok_eq(row.failcnt, before.failcnt + 1, "one failure");
	ok_eq(neigh(fd, RTM_NEWNEIGH, 100), 0, "an entry that is there can be changed");
	ok_eq(packet(500), ENOBUFS, "a packet to a new neighbour");
	ok_eq(ve_read_ub(ve, "numneigh").failcnt, before.failcnt + 2, "failures");
	need(!neigh(fd, RTM_DELNEIGH, 100));
	ok_eq(ve_wait_held(ve, "numneigh", base + ROOM - 1), base + ROOM - 1,
	      "held when one is deleted");
	ok_eq(packet(500), 0, "with room the packet goes");
	ok_eq(held_of(ve, "numneigh"), base + ROOM, "and its entry is counted");
	for (i = 1; i < ROOM; i++)
		need(!neigh(fd, RTM_DELNEIGH, 100 + i));
	ok_eq(ve_wait_held(ve, "numneigh", base + 1), base + 1, "held when they are deleted");
	/* What a packet has made ends by itself, in a minute or later. */
	need(!neigh(fd, RTM_DELNEIGH, 500));
	ok_eq(ve_wait_held(ve, "numneigh", base), base, "held when the packet's is deleted, too");
	test_random(ve, fd, base);
	test_overflow(ve, fd, ve_read_ub(ve, "numneigh").held);
	need(!link_del(fd, "d0"));
	ok_eq(ve_wait_held(ve, "numneigh", base), base, "held when their device is gone");
	/* These go with the net namespace. */
	need(!link_add(fd, "d0", "dummy") && !link_up(fd, "d0"));
	dummy = if_nametoindex("d0");
	for (i = 0; i < ROOM; i++)
		need(!neigh(fd, RTM_NEWNEIGH, 100 + i));
	return 0;
}

int main(void)
{
	struct ve ve;
	pid_t pid;

	between = mmap(NULL, sizeof(*between), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	need(between != MAP_FAILED);
	between->ask = 0;	/* by the host, or the page keeps the VE that wrote it */
	ve_setup(&ve, 134);
	pid = fork();
	need(pid >= 0);
	if (!pid)
		host();
	ve_spawn(&ve, body);
	kill(pid, SIGKILL);
	need(waitpid(pid, NULL, 0) == pid);
	ok_eq(ve_wait_held(&ve, "numneigh", 0), 0, "held when the namespace is gone");
	ve_teardown(&ve);
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
	return test_end();
}
