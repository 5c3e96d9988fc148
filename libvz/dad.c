// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Duplicate address detection: the links are asked who has the addresses that
 * a VE is about to get. Asked before a start and looked at after it, so that
 * the wait for answers passes while the VE starts.
 */
#include <errno.h>
#include <linux/filter.h>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/dad.h"
#include "libvz/err.h"
#include "libvz/ip.h"
#include "libvz/log.h"
#include "libvz/neighbour.h"
#include "libvz/nic.h"
#include "libvz/value.h"

/* Linux answers for other machines after up to 0.8 s (sysctl proxy_delay). */
#define WAIT_MS	1100

struct asked {
	struct vz_ip ip;
	bool taken;		/* and told */
};

struct vz_dad {
	struct vz_nic *nics;
	size_t n_nics;
	struct asked *asked;
	size_t n_asked;
	int fd[2];		/* ARP, neighbour discovery; -1: not asked */
	int64_t end_ms;
};

/* Of IPv6 only advertisements: a busy host's other packets are not copied for us. */
static int advertisements_only(int fd)
{
	enum { NEXT_HEADER = ETH_HLEN + 6, ICMP_TYPE = ETH_HLEN + 40 };
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NEXT_HEADER),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ICMP_TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 256),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

static int open_socket(unsigned short type)
{
	struct sockaddr_ll on = { .sll_family = AF_PACKET, .sll_protocol = htons(type) };
	cleanup_close int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* No packet comes before it is bound, so the filter misses none. */
	if (fd < 0 || (type == ETHERTYPE_IPV6 && advertisements_only(fd)) ||
	    bind(fd, (void *)&on, sizeof(on))) {
		vz_debug("Duplicate address detection: packet socket: %s", strerror(errno));
		return -1;
	}
	return vz_take_fd(&fd);
}

static int *socket_for(struct vz_dad *d, const struct vz_ip *ip)
{
	return &d->fd[ip->family == AF_INET6];
}

static void ask(struct vz_dad *d)
{
	for (size_t i = 0; i < d->n_asked * d->n_nics; i++) {
		const struct vz_ip *ip = &d->asked[i / d->n_nics].ip;
		const struct vz_nic *nic = &d->nics[i % d->n_nics];
		const int fd = *socket_for(d, ip);
		struct vz_frame f;
		int err;

		if (fd < 0)
			continue;
		vz_frame_ask(&f, nic, ip);
		err = vz_frame_send(fd, nic, &f);
		if (err)
			vz_debug("Duplicate address detection on %s: %s", nic->name,
				 strerror(-err));
	}
}

static void collect(struct vz_dad *d, const struct vz_ips *addresses, const struct vz_ips *known)
{
	for (size_t i = 0; i < addresses->n; i++) {
		struct asked *more;

		if (known && vz_ips_has(known, &addresses->ip[i]))
			continue;
		more = reallocarray(d->asked, d->n_asked + 1, sizeof(*more));
		if (!more)
			break;
		d->asked = more;
		more += d->n_asked++;
		more->taken = false;
		more->ip = addresses->ip[i];
		if (*socket_for(d, &more->ip) < 0)
			*socket_for(d, &more->ip) = open_socket(more->ip.family == AF_INET ?
								ETHERTYPE_ARP : ETHERTYPE_IPV6);
	}
}

struct vz_dad *vz_dad_begin(const struct vz_conf *c, const struct vz_ips *addresses,
			    const struct vz_ips *known)
{
	struct vz_err e = { 0 };
	struct vz_dad *d;

	if (c->skip_arpdetect || !addresses->n)
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->fd[0] = d->fd[1] = -1;
	collect(d, addresses, known);
	if (d->n_asked && vz_nics(c, &d->nics, &d->n_nics, &e)) {
		vz_debug("Duplicate address detection: %s", e.msg);
		vz_error_free(&e);
	}
	if (!d->n_asked || !d->n_nics) {
		vz_dad_free(d);
		return NULL;
	}
	ask(d);
	d->end_ms = vz_now_ms() + WAIT_MS;
	return d;
}

static const struct vz_nic *nic_of(const struct vz_dad *d, int ifindex)
{
	for (size_t i = 0; i < d->n_nics; i++)
		if (d->nics[i].ifindex == ifindex)
			return &d->nics[i];
	return NULL;
}

static bool is_ours(const struct vz_dad *d, const unsigned char mac[6])
{
	for (size_t i = 0; i < d->n_nics; i++)
		if (!memcmp(d->nics[i].mac, mac, 6))
			return true;
	return false;
}

/* Somebody has the address: an error if that is what the configuration wants, else said. */
static int tell(struct asked *a, const struct vz_nic *nic, const unsigned char m[6], bool fail,
		struct vz_err *e)
{
	char text[VZ_IP_TEXT], mac[VZ_MAC_TEXT];

	a->taken = true;
	vz_ip_text(&a->ip, text);
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
		 m[5]);
	if (fail)
		return vz_error(e, VZ_IPUSED, -EADDRINUSE,
				"IP address already used: %s answers for %s on %s (--skip_arpdetect to take it all the same)",
				mac, text, nic->name);
	vz_warn("Warning: %s is in use on the network: %s answers for it on %s", text, mac,
		nic->name);
	return 0;
}

static int take_frames(struct vz_dad *d, int fd, bool fail, struct vz_err *e)
{
	unsigned char frame[256], mac[6];
	struct sockaddr_ll from;
	int ret = 0;

	while (!ret) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, frame, sizeof(frame), MSG_DONTWAIT, (void *)&from, &len);
		const struct vz_nic *nic;

		if (n < 0)
			return 0;
		nic = from.sll_pkttype == PACKET_OUTGOING ? NULL : nic_of(d, from.sll_ifindex);
		for (size_t i = 0; nic && !ret && i < d->n_asked; i++) {
			struct asked *a = &d->asked[i];

			if (!a->taken && vz_frame_claims(frame, n, &a->ip, mac) && !is_ours(d, mac))
				ret = tell(a, nic, mac, fail, e);
		}
	}
	return ret;
}

int vz_dad_wait(struct vz_dad *d, const struct vz_conf *c, struct vz_err *e)
{
	int64_t left;
	int ret = 0;

	if (!d)
		return 0;
	/* Once more: a frame may be lost. */
	ask(d);
	do {
		struct pollfd p[2] = { { d->fd[0], POLLIN, 0 }, { d->fd[1], POLLIN, 0 } };

		for (int i = 0; !ret && i < 2; i++)
			if (d->fd[i] >= 0)
				ret = take_frames(d, d->fd[i], c->error_on_arpfail, e);
		left = d->end_ms - vz_now_ms();
		if (!ret && left > 0)
			poll(p, 2, left);
	} while (!ret && left > 0);
	return ret;
}

void vz_dad_free(struct vz_dad *d)
{
	if (!d)
		return;
	for (int i = 0; i < 2; i++)
		if (d->fd[i] >= 0)
			close(d->fd[i]);
	free(d->nics);
	free(d->asked);
	free(d);
}
