// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets, what they hold, and files in flight. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include "attack.h"

static char bytes[65536];

static struct sockaddr_in loopback(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	if (s >= 0) {
		ioctl(s, SIOCSIFFLAGS, &lo);
		close(s);
	}
	return at;
}

/* Asks until there is one. */
static int take_socket(int domain, int type, int protocol)
{
	int s;

	insist((s = socket(domain, type, protocol)) >= 0);
	return s;
}

static void take_pair(int *sv)
{
	insist(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sv));
}

/* To an address that the kernel chooses, which is told in AT. There may be no memory for it now. */
static void bind_any(int s, void *at, socklen_t len)
{
	while (bind(s, at, len))
		again();
	must(!getsockname(s, at, &len));
}

static int listener(int flags, int backlog, struct sockaddr_in *at)
{
	int s = take_socket(AF_INET, SOCK_STREAM | flags, 0);

	*at = loopback();
	bind_any(s, at, sizeof(*at));
	while (listen(s, backlog))
		again();
	return s;
}

/* Connections whose ends nobody reads. */
void attack_tcp(int worker)
{
	struct sockaddr_in at;
	int s, i, server = listener(SOCK_NONBLOCK, 100, &at);

	(void)worker;
	for (;;) {
		s = take_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(s, (struct sockaddr *)&at, sizeof(at));
		for (i = 0; i < 5 && accept(server, NULL, NULL) < 0; i++)
			again();
		while (send(s, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
			;
	}
}

/*
 * Connections that nobody has any more, with bytes that nobody took: their
 * peers wait in the queue of a listener.
 */
void attack_tcp_orphans(int worker)
{
	struct sockaddr_in at;
	int s;

	(void)worker;
	listener(0, 4000, &at);
	for (;;) {
		s = take_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(s, (struct sockaddr *)&at, sizeof(at)) && errno == EINPROGRESS)
			again();
		while (send(s, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
			;
		close(s);
	}
}

void attack_unix_buffers(int worker)
{
	int sv[2], size = 1 << 20;

	(void)worker;
	for (;;) {
		take_pair(sv);
		setsockopt(sv[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		while (send(sv[0], bytes, 32768, 0) > 0)
			;
		if (errno != EAGAIN)
			got(false);
	}
}

/* Datagrams to a new socket, which nobody reads. What does not fit into its queue is dropped. */
static void flood_datagrams(const struct sockaddr_in *any)
{
	int s = take_socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), i;
	struct sockaddr_in at = *any;

	bind_any(s, &at, sizeof(at));
	for (i = 0; i < 100; i++)
		if (sendto(s, bytes, 8000, 0, (struct sockaddr *)&at, sizeof(at)) < 0 &&
		    errno != EAGAIN)
			got(false);
}

void attack_udp(int worker)
{
	struct sockaddr_in any = loopback();

	(void)worker;
	for (;;)
		flood_datagrams(&any);
}

/* What the VE itself reads of its failures in one row. */
static unsigned long own_failures(const char *row)
{
	FILE *f = fopen("/proc/user_beancounters", "r");
	unsigned long failures = 0;
	char line[256], *at;
	bool found = false;

	must(f);
	while (!found && fgets(line, sizeof(line), f)) {
		at = strstr(line, row);
		found = at && sscanf(at + strlen(row), "%*u %*u %*u %*u %lu", &failures) == 1;
	}
	fclose(f);
	must(found);
	return failures;
}

/* The same until the VE's memory for them is full, however many sockets that takes. */
void attack_udp_drops(int worker)
{
	unsigned long before = own_failures("dgramrcvbuf");
	struct sockaddr_in any = loopback();

	(void)worker;
	for (;;) {
		flood_datagrams(&any);
		if (own_failures("dgramrcvbuf") > before)
			__atomic_add_fetch(&answers->dropped, 1, __ATOMIC_RELAXED);
	}
}

void attack_netlink(int worker)
{
	int s;

	(void)worker;
	for (;;) {
		struct sockaddr_nl at = { .nl_family = AF_NETLINK };

		s = take_socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE);
		bind_any(s, &at, sizeof(at));
		/* to its own port, where nobody reads */
		while (sendto(s, bytes, 16384, 0, (struct sockaddr *)&at, sizeof(at)) > 0)
			;
		if (errno != EAGAIN && errno != ECONNREFUSED)
			got(false);
	}
}

void attack_rings(int worker)
{
	struct tpacket_req ring = { .tp_block_size = 1 << 16, .tp_block_nr = 256,
				    .tp_frame_size = 2048, .tp_frame_nr = 256 * 32 };
	int s;

	(void)worker;
	for (;;) {
		s = take_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
		if (!got(!setsockopt(s, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)))) {
			close(s);
			again();
		}
	}
}

#define BUNCH		200
#define MOST_FILES	253	/* in one message: the kernel's SCM_MAX_FD */

static bool send_fds(int sock, const int *fds, int n)
{
	char control[CMSG_SPACE(MOST_FILES * sizeof(int))] = { 0 };
	struct iovec iov = { bytes, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(cmsg), fds, n * sizeof(int));
	return sendmsg(sock, &msg, 0) == 1;
}

/* Files that only a message holds; the first may be given. */
static bool send_files(int sock, int first)
{
	int fds[BUNCH], i, n;
	bool sent = false;

	for (n = 0; n < BUNCH; n++) {
		fds[n] = n || first < 0 ? open("/", O_RDONLY | O_DIRECTORY) : dup(first);
		if (!got(fds[n] >= 0))
			break;
	}
	if (n)
		sent = got(send_fds(sock, fds, n));
	for (i = 0; i < n; i++)
		close(fds[i]);
	return sent;
}

void attack_scm_rights(int worker)
{
	int sv[2];

	(void)worker;
	for (;;) {
		take_pair(sv);
		if (!send_files(sv[0], -1)) {
			close(sv[0]);
			close(sv[1]);
			again();
		}
	}
}

/*
 * A socket in a message that only this socket could receive: garbage that the
 * kernel's collector must find, and all that is in the same message.
 */
void attack_scm_cycles(int worker)
{
	int sv[2];

	(void)worker;
	for (;;) {
		take_pair(sv);
		if (!send_files(sv[0], sv[1]))
			again();
		close(sv[0]);
		close(sv[1]);
	}
}

/* The socket itself, as often as a message may have it: in use, and a cycle. */
static bool send_itself(const int *sv)
{
	int fds[MOST_FILES], i;

	for (i = 0; i < MOST_FILES; i++)
		fds[i] = sv[1];
	return send_fds(sv[0], fds, MOST_FILES);
}

/*
 * Work for the collector of sockets in flight: half of the workers have as many
 * there as may be, none of them garbage, all to be looked at each time that the
 * others close a socket.
 */
void attack_scm_graph(int worker)
{
	struct rlimit files;
	int sv[2];

	must(!getrlimit(RLIMIT_NOFILE, &files));
	files.rlim_cur = files.rlim_max;
	must(!setrlimit(RLIMIT_NOFILE, &files));
	for (;;) {
		take_pair(sv);
		if (worker % 2) {
			while (send_itself(sv))
				;
			got(errno == EAGAIN);	/* its queue is full */
		} else {
			close(sv[0]);
			close(sv[1]);
		}
	}
}

void attack_socket_filters(int worker)
{
	static struct sock_filter code[4096];
	struct sock_fprog prog = { 4096, code };
	int i, s;

	(void)worker;
	for (i = 0; i < 4096; i++)
		code[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	for (;;) {
		s = take_socket(AF_INET, SOCK_DGRAM, 0);
		if (!got(!setsockopt(s, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))) {
			close(s);
			again();
		}
	}
}
