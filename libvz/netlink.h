/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink as the tools need it. */
#ifndef LIBVZ_NETLINK_H
#define LIBVZ_NETLINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct vz_err;
struct vz_ip;

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

/* A message with its fixed part, NULL without memory; send it, which takes it over. */
struct nl_msg;
struct nl_msg *vz_nl_request(int type, int flags, const void *head, size_t n);
int vz_nl_talk(struct vz_nl *nl, struct nl_msg *msg);

/* All return 0 or the kernel's -errno. */
int vz_nl_link_add(struct vz_nl *nl, const char *name, const char *kind);
int vz_nl_link_up(struct vz_nl *nl, int ifindex);
int vz_nl_addr(struct vz_nl *nl, bool add, int ifindex, const struct vz_ip *ip, const char *label);
/* dst NULL: default route; via only with IPv6. */
int vz_nl_route(struct vz_nl *nl, bool add, int ifindex, int family, const struct vz_ip *dst,
		const struct in6_addr *via);
int vz_nl_proxy(struct vz_nl *nl, bool add, int ifindex, const struct vz_ip *ip);

#endif /* LIBVZ_NETLINK_H */
