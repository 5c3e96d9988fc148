/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink as the tools need it, and the two sides of a VE's network. */
#ifndef LIBVZ_NET_H
#define LIBVZ_NET_H

#include "libvz/conf.h"
#include "libvz/value.h"

#define VZ_VENET	"venet0"

/* One rtnetlink socket; belongs to the network namespace it was opened in. */
struct vz_nl;
int vz_nl_open(struct vz_nl **nl, struct vz_err *e);
void vz_nl_close(struct vz_nl *nl);

static inline void vz_cleanup_nl(struct vz_nl **nl)
{
	vz_nl_close(*nl);
}
#define cleanup_nl	__attribute__((cleanup(vz_cleanup_nl)))

/* All return 0 or the kernel's -errno. */
int vz_nl_link_add(struct vz_nl *nl, const char *name, const char *kind);
int vz_nl_link_up(struct vz_nl *nl, int ifindex);
int vz_nl_addr(struct vz_nl *nl, bool add, int ifindex, const struct vz_ip *ip, const char *label);
/* dst NULL: default route; via only with IPv6. */
int vz_nl_route(struct vz_nl *nl, bool add, int ifindex, int family, const struct vz_ip *dst,
		const struct in6_addr *via);
int vz_nl_proxy(struct vz_nl *nl, bool add, int ifindex, const struct vz_ip *ip);

/* Host devices on whose link the VEs' addresses are answered for (NEIGHBOUR_DEVS). */
struct vz_nic {
	char name[16];
	int ifindex;
	unsigned char mac[6];
	struct in_addr v4;	/* its own address; 0.0.0.0 without one */
};
int vz_nics(const struct vz_conf *c, struct vz_nic **nics, size_t *n, struct vz_err *e);
/* Tell the link who answers for the address now: gratuitous ARP, unsolicited NA. */
int vz_announce(const struct vz_nic *nic, const struct vz_ip *ip);

/*
 * Duplicate address detection. _begin() asks the links who has the addresses of a list
 * but for those of known (NULL: none); NULL when there is nothing to ask or it cannot.
 * _wait() waits until a second after that: a warning for each that another host
 * answers for, or with ERROR_ON_ARPFAIL -EADDRINUSE, exit 78, for the first.
 */
struct vz_dad;
struct vz_dad *vz_dad_begin(const struct vz_conf *c, const char *addresses, const char *known);
int vz_dad_wait(struct vz_dad *d, const struct vz_conf *c, struct vz_err *e);
void vz_dad_free(struct vz_dad *d);

static inline void vz_cleanup_dad(struct vz_dad **d)
{
	vz_dad_free(*d);
}
#define cleanup_dad	__attribute__((cleanup(vz_cleanup_dad)))

/* Host side of one address: route and proxy entries. */
int vz_net_host_add(const struct vz_conf *c, const struct vz_ip *ip, bool announce, struct vz_err *e);
int vz_net_host_del(const struct vz_conf *c, const struct vz_ip *ip, struct vz_err *e);

/* Called inside the VE's network namespace: lo, venet0, addresses, default routes. */
int vz_net_inside(const struct vz_conf *c, struct vz_err *e);
/* Inside as well: one address more or less. */
int vz_net_inside_add(const struct vz_ip *ip, unsigned int nr, struct vz_err *e);
int vz_net_inside_del(const struct vz_ip *ip, struct vz_err *e);

#endif /* LIBVZ_NET_H */
