// SPDX-License-Identifier: GPL-2.0-only
/*
 * What VEs make the host keep for packets that it forwards: neighbours, tracked
 * connections and fragments are the sender's to pay for. One that sends to everybody
 * is refused at its own rows; the host and the other VE go on. What it holds goes
 * with it.
 *
 *	VE 1   VE 2
 *	  \     /
 *	   venet0: host, lan0 10.78.0.1 fd78::1 --- lan1 10.78.0.2 fd78::2: a LAN
 *
 * In the LAN a few addresses answer, and all others of 10.78/16 and fd78::/64 not.
 */
#include "venet.h"
#include "nl.h"
#include <linux/netfilter/nfnetlink_conntrack.h>

#define ROOM		40	/* what VE 1 may have */
#define THRESHOLD	100	/* of the host's tables */
#define MANY		400	/* what VE 1 tries */
#define FRAGMENTS	65536	/* bytes that may wait in the host */
#define PORT		7000
#define ANSWERING	10

static int lan_netns;

/* The LAN, in a net namespace of its own. */
static void make_lan(void)
{
	pid_t pid;
	int i;

	if (unshare(CLONE_NEWNET))
		die("unshare");
	lan_netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	pid = fork();
	if (!pid)
		_exit(pause());
	enter(&host);
	in(&host, "ip link add lan0 type veth && ip link set veth0 name lan1");
	in(&host, "ip link set lan1 netns %d", pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	write_file("/proc/sys/net/ipv6/conf/lan0/accept_dad", "0");
	in(&host, "ip addr add 10.78.0.1/16 dev lan0 && ip link set lan0 up");
	in(&host, "ip -6 addr add fd78::1/64 dev lan0");
	if (setns(lan_netns, CLONE_NEWNET) ||
	    write_file("/proc/sys/net/ipv6/conf/lan1/accept_dad", "0") ||
	    system("ip link set lo up && ip link set lan1 up && "
		   "ip addr add 10.78.0.2/16 dev lan1 && ip route add default via 10.78.0.1 && "
		   "ip -6 addr add fd78::2/64 dev lan1 && "
		   "ip -6 route add default via fd78::1"))
		die("lan1");
	for (i = 1; i <= ANSWERING; i++) {
		char cmd[256];

		snprintf(cmd, sizeof(cmd), "ip addr add 10.78.200.%d/16 dev lan1 && "
			 "ip -6 addr add fd78::200:%d/64 dev lan1", i, i);
		if (system(cmd))
			die("%s", cmd);
	}
	enter(&host);
}

/* A socket in the LAN that takes what comes to @text. */
static int lan_socket(const char *text)
{
	int real = host_netns, fd;

	host_netns = lan_netns;
	fd = sock_in(&host, SOCK_DGRAM, text, PORT);
	host_netns = real;
	enter(&host);
	return fd;
}

/* The host forgets whom it has met there. */
static void reset_lan(void)
{
	in(&host, "ip link set lan0 down && ip link set lan0 up");
	in(&host, "ip -6 addr add fd78::1/64 dev lan0");
}

/* --- settings of the host -------------------------------------------------------- */

static struct setting {
	const char *file, *value;
	char old[16];
} settings[] = {
	{ "/proc/sys/net/ipv4/neigh/default/gc_thresh2", "100", "" },
	{ "/proc/sys/net/ipv4/neigh/default/gc_thresh3", "100", "" },
	{ "/proc/sys/net/ipv6/neigh/default/gc_thresh2", "100", "" },
	{ "/proc/sys/net/ipv6/neigh/default/gc_thresh3", "100", "" },
	{ "/proc/sys/net/ipv4/ipfrag_low_thresh", "65536", "" },
	{ "/proc/sys/net/ipv4/ipfrag_high_thresh", "65536", "" },
	{ "/proc/sys/net/ipv4/ipfrag_time", "10", "" },
	{ "/proc/sys/net/netfilter/nf_conntrack_max", "100", "" },
	{ "/proc/sys/net/netfilter/nf_conntrack_udp_timeout", "600", "" },
};

static void set_all(void)
{
	struct setting *s;

	for (s = settings; s < settings + sizeof(settings) / sizeof(*s); s++) {
		snprintf(s->old, sizeof(s->old), "%d", atoi(read_file(s->file)));
		if (write_file(s->file, "%s", s->value))
			die("%s", s->file);
	}
}

static void reset_all(void)
{
	struct setting *s;

	for (s = settings + sizeof(settings) / sizeof(*s); s-- > settings; )
		write_file(s->file, "%s", s->old);
}

/* --- neighbours -------------------------------------------------------------------- */

struct family {
	const char *name, *answering, *silent, *sources[3];
};

static const struct family ipv4 = {
	"IPv4", "10.78.200.%d", "10.78.%d.%d", { "10.78.0.1", "10.77.1.1", "10.77.1.2" },
};

static const struct family ipv6 = {
	"IPv6", "fd78::200:%d", "fd78::%d:%d", { "fd78::1", "fd77::1:1", "fd77::1:2" },
};

static int answering_at(const struct family *f, int i)
{
	char text[64];

	snprintf(text, sizeof(text), f->answering, i);
	return lan_socket(text);
}

/* @v sends to address @i that answers. Return: it arrives within @ms. */
static bool meets_within(const struct party *v, const struct family *f, int i, int ms)
{
	int to = answering_at(f, i), from = sock_in(v, SOCK_DGRAM, f->sources[v->nr], 0);
	char text[64];
	bool good;

	snprintf(text, sizeof(text), f->answering, i);
	good = !send_number(from, text, PORT, i) && receive_number(to, ms) == i;
	close(from);
	close(to);
	return good;
}

static bool meets(const struct party *v, const struct family *f, int i)
{
	return meets_within(v, f, i, ARRIVAL_MS);
}

/* @v sends from @source to many who do not answer. */
static void search_from(const struct party *v, const char *source, const struct family *f, int net)
{
	int fd = sock_in(v, SOCK_DGRAM, source, 0), i;
	char text[64];

	for (i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), f->silent, net + i / 200, 1 + i % 200);
		send_number(fd, text, PORT, i);
	}
	close(fd);
}

/* VE 1 does. */
static void search(const struct family *f, int net)
{
	search_from(&ve1, f->sources[1], f, net);
}

static void test_neighbours(const struct ve *row, const struct family *f)
{
	struct ub_row before, after;
	unsigned long base;

	/* Its own device has an entry of its own; the host's of this one goes. */
	need(meets(&ve1, f, 7));
	reset_lan();
	before = ve_read_ub(row, "numneigh");
	base = before.held;
	need(!ve_set_ub(row, "numneigh", base + ROOM, base + ROOM));
	search(f, 1);
	after = ve_read_ub(row, "numneigh");
	ok(after.held == base + ROOM && after.failcnt > before.failcnt,
	   "%s: who looks for many neighbours through the host is at its barrier: %lu of %lu",
	   f->name, after.held - base, (unsigned long)ROOM);
	ok(meets(&host, f, 1), "%s: the host meets a new one", f->name);
	ok(meets(&ve2, f, 2), "%s: another VE as well", f->name);
	ok(meets(&ve1, f, 1), "%s: but whom the host knows, it reaches", f->name);
	/* Those that do not answer are given up, in a table of few entries as well. */
	ok(wait_until(meets_within(&ve1, f, 3, 300)),
	   "%s: it meets a new one when the silent are given up", f->name);

	need(!ve_set_ub(row, "numneigh", VE_MAX, VE_MAX));
	search(f, 10);
	after = ve_read_ub(row, "numneigh");
	ok(after.held > base + ROOM && after.held <= base + THRESHOLD,
	   "%s: without a barrier, the table's threshold holds for it alone: %lu", f->name,
	   after.held - base);
	ok(meets(&host, f, 4), "%s: the host still meets a new one", f->name);
	ok(meets(&ve2, f, 5), "%s: and another VE", f->name);
	reset_lan();
	/* The entry of its own device may have ended as well. */
	ok(ve_wait_held(row, "numneigh", base) <= base,
	   "%s: nothing is held for those whom the host has forgotten", f->name);
}

/* The same from a VE on a veth device; and whom it makes the host talk to directly. */
static void test_veth(const struct ve *row)
{
	unsigned long base, limit;

	in(&host, "ip link add veth9 type veth && ip link set veth0 name inner");
	in(&host, "ip link set inner netns %d", atoi(get(&ve2, "ve.init")));
	in(&host, "ip addr add 10.79.0.1/16 dev veth9 && ip link set veth9 up");
	in(&ve2, "ip addr add 10.79.0.2/16 dev inner && ip link set inner up && "
		 "ip route add 10.78.0.0/16 via 10.79.0.1");
	base = ve_read_ub(row, "numneigh").held;
	limit = base + ROOM;
	need(!ve_set_ub(row, "numneigh", limit, limit));
	search_from(&ve2, "10.79.0.2", &ipv4, 30);
	ok_eq(ve_read_ub(row, "numneigh").held, limit, "held by a VE on veth that looks for many");
	ok(meets(&host, &ipv4, 6), "the host meets a new one");
	need(!ve_set_ub(row, "numneigh", VE_MAX, VE_MAX));
	in(&host, "ip link del veth9");
	reset_lan();
	ok(ve_wait_held(row, "numneigh", base) <= base, "less is held without the device");
}

/* --- connections ------------------------------------------------------------------- */

static int netfilter;

static int forget_connections(void)
{
	struct nl nl = { 0 };

	nl_msg(&nl, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, NLM_F_ACK,
	       sizeof(struct nfgenmsg));
	return nl_talk(netfilter, &nl, 1);
}

/* Return: how many of @n new flows of @v begin before one does not. */
static int begins(const struct party *v, int n)
{
	int to = lan_socket("10.78.200.1"), from, i, good = 0;

	for (i = 0; i < n && good == i; i++) {
		from = sock_in(v, SOCK_DGRAM, ipv4.sources[v->nr], 0);
		good += !send_number(from, "10.78.200.1", PORT, i) &&
			receive_number(to, ARRIVAL_MS) == i;
		close(from);
	}
	close(to);
	return good;
}

/* VE 1 begins many. */
static void begin_many(int port)
{
	int fd = sock_in(&ve1, SOCK_DGRAM, ipv4.sources[1], 0), i;

	for (i = 0; i < MANY; i++)
		send_number(fd, "10.78.200.1", port + i, i);
	close(fd);
}

static void test_connections(const struct ve *row)
{
	struct ub_row before = ve_read_ub(row, "numconntrack"), after;

	need(meets(&host, &ipv4, 1));
	need(!forget_connections());
	ok_eq(ve_wait_held(row, "numconntrack", 0), 0, "connections at first");
	need(!ve_set_ub(row, "numconntrack", ROOM, ROOM));
	begin_many(10000);
	after = ve_read_ub(row, "numconntrack");
	ok(after.held == ROOM && after.failcnt > before.failcnt,
	   "who begins many connections through the host is at its barrier: %lu", after.held);
	ok_eq(begins(&host, 20), 20, "connections that the host begins");
	ok_eq(begins(&ve2, 20), 20, "connections that another VE begins");
	ok_eq(ve_read_ub(row, "numconntrack").held, ROOM, "and they took none from the first");

	need(!ve_set_ub(row, "numconntrack", VE_MAX, VE_MAX));
	begin_many(20000);
	after = ve_read_ub(row, "numconntrack");
	ok(after.held > ROOM && after.held <= THRESHOLD,
	   "without a barrier, nf_conntrack_max holds for it alone: %lu", after.held);
	ok_eq(begins(&host, 20), 20, "connections that the host begins now");
	ok_eq(begins(&ve2, 20), 20, "connections that another VE begins now");
	need(!forget_connections());
	ok_eq(ve_wait_held(row, "numconntrack", 0), 0, "held when they are forgotten");
}

/* --- fragments --------------------------------------------------------------------- */

#define FIRST_PART	1000	/* bytes; a multiple of 8 */

/* VE 1 sends first parts of packets, and never the rest. */
static void send_first_parts(void)
{
	struct {
		struct iphdr ip;
		char data[FIRST_PART];
	} packet = {
		.ip = {
			.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			.frag_off = htons(0x2000), .tot_len = htons(sizeof(packet)),
			.saddr = inet_addr("10.77.1.1"), .daddr = inet_addr("10.78.200.1"),
		},
	};
	union addr to = addr_of("10.78.200.1", 0);
	int fd, i;

	enter(&ve1);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	enter(&host);
	need(fd >= 0);
	for (i = 0; i < MANY; i++) {
		packet.ip.id = htons(1 + i);
		need(sendto(fd, &packet, sizeof(packet), 0, &to.sa, sizeof(to.v4)) > 0);
	}
	close(fd);
}

/* A packet of @v that needs three parts. Return: it arrives. */
static bool passes_in_parts(const struct party *v)
{
	static char data[4000], got[8000];
	int to = lan_socket("10.78.200.1"), from = sock_in(v, SOCK_DGRAM, ipv4.sources[v->nr], 0);
	union addr a = addr_of("10.78.200.1", PORT);
	struct pollfd p = { .fd = to, .events = POLLIN };
	bool good;

	good = sendto(from, data, sizeof(data), 0, &a.sa, sizeof(a.v4)) == sizeof(data) &&
	       poll(&p, 1, ARRIVAL_MS) == 1 && recv(to, got, sizeof(got), 0) == sizeof(data);
	close(from);
	close(to);
	return good;
}

static void test_fragments(const struct ve *row)
{
	unsigned long before = ve_read_ub(row, "kmemsize").held, waiting;

	ok(passes_in_parts(&ve2), "a large packet of a VE passes in parts");
	send_first_parts();
	waiting = ve_read_ub(row, "kmemsize").held;
	ok(waiting >= before + FRAGMENTS / 2,
	   "who sends first parts only pays for those that wait: %lu bytes", waiting - before);
	ok(passes_in_parts(&ve2), "a large packet of another VE still passes");
	ok(ve_wait_held(row, "kmemsize", before + FRAGMENTS / 4) < before + FRAGMENTS / 4,
	   "the time of those that wait ends");
	ok(passes_in_parts(&ve1), "and its large packets pass again");
}

/* --- the end ----------------------------------------------------------------------- */

static bool host_knows(const char *text)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "ip neigh show dev lan0 | grep -q '^%s'", text);
	return !system(cmd);
}

/* What a VE that is destroyed made the host keep goes with it. */
static void test_end_of_ve(struct ve *row)
{
	search(&ipv4, 20);
	search(&ipv6, 20);
	begin_many(30000);
	ok(host_knows("10\\.78\\.20\\.") && host_knows("fd78::20:"),
	   "the host keeps neighbours for it");
	ok(atoi(read_file("/proc/sys/net/netfilter/nf_conntrack_count")) >= THRESHOLD / 2,
	   "and connections");
	close(row->ub_fd);
	stop(&ve1);
	ve_destroy(&ve1.ve);
	ok(wait_until(!host_knows("10\\.78\\.20\\.") && !host_knows("fd78::20:")),
	   "they go with the VE: neighbours");
	ok(wait_until(atoi(read_file("/proc/sys/net/netfilter/nf_conntrack_count")) <
		      THRESHOLD / 2) ||
	   wait_until(atoi(read_file("/proc/sys/net/netfilter/nf_conntrack_count")) <
		      THRESHOLD / 2), "connections");
	ok_eq(ve_wait_freed(), 0, "removed cgroups that are kept");
}

int main(void)
{
	struct ve row = { 0 }, row2 = { 0 };

	prepare_running();
	row.ub_fd = open(ve_path(&ve1.ve, "ve.ub.resources"), O_RDWR | O_CLOEXEC);
	netfilter = nl_open(NETLINK_NETFILTER);
	row2.ub_fd = open(ve_path(&ve2.ve, "ve.ub.resources"), O_RDWR | O_CLOEXEC);
	need(row.ub_fd >= 0 && row2.ub_fd >= 0);
	make_lan();
	set_all();
	test_neighbours(&row, &ipv4);
	test_neighbours(&row, &ipv6);
	test_veth(&row2);
	need(!nft_track(netfilter));
	test_connections(&row);
	test_fragments(&row);
	test_end_of_ve(&row);
	need(!nft_del_table(netfilter));
	reset_all();
	in(&host, "ip link del lan0");
	close(row2.ub_fd);
	stop(&ve2);
	return finish();
}
