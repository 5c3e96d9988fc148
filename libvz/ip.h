/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of VEs, and lists of them. Text is read once, where it comes in. */
#ifndef LIBVZ_IP_H
#define LIBVZ_IP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

struct vz_ip {
	int family;			/* AF_INET, AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
	unsigned int len;		/* prefix length */
};

/* Longest text of an address with its length. */
#define VZ_IP_TEXT	(INET6_ADDRSTRLEN + 4)

/* "A", "A/LEN" or "A/NETMASK"; unicast addresses only. -EINVAL. */
int vz_ip_parse(const char *s, struct vz_ip *ip);
/* Any address or network, as above; bits behind the length are cut off. -EINVAL. */
int vz_net_parse(const char *s, struct vz_ip *ip);
/* Canonical text with the length. */
char *vz_net_text(const struct vz_ip *ip, char buf[VZ_IP_TEXT]);
/* Canonical text without a length. */
char *vz_ip_text(const struct vz_ip *ip, char buf[VZ_IP_TEXT]);
bool vz_ip_equal(const struct vz_ip *a, const struct vz_ip *b);

/**
 * struct vz_ips - a list of addresses, in order; { 0 } is an empty one
 * @ip: malloc'ed
 * @n: how many
 */
struct vz_ips {
	struct vz_ip *ip;
	size_t n;
};

/* A blank-separated list replaces what list has; NULL empties it. -EINVAL, -ENOMEM: it stays. */
int vz_ips_parse(struct vz_ips *list, const char *text);
/* Blank-separated; malloc'ed, "" when there are none, NULL without memory. */
char *vz_ips_text(const struct vz_ips *list);
bool vz_ips_has(const struct vz_ips *list, const struct vz_ip *ip);
/* At the end, whether it is there or not: for many, with one vz_ips_unique() behind. -ENOMEM. */
int vz_ips_append(struct vz_ips *list, const struct vz_ip *ip);
/* Of equal ones the last stays. -ENOMEM: all do. */
int vz_ips_unique(struct vz_ips *list);
/* At the end; one that is there moves. -ENOMEM. */
int vz_ips_add(struct vz_ips *list, const struct vz_ip *ip);
void vz_ips_del(struct vz_ips *list, const struct vz_ip *ip);
/* To an empty list, those of list that are not in gone. -ENOMEM. */
int vz_ips_without(struct vz_ips *out, const struct vz_ips *list, const struct vz_ips *gone);
void vz_ips_free(struct vz_ips *list);
#define cleanup_ips	__attribute__((cleanup(vz_ips_free)))

#endif /* LIBVZ_IP_H */
