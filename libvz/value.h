/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as users and configuration files write them: numbers with suffixes, limits, addresses. */
#ifndef LIBVZ_VALUE_H
#define LIBVZ_VALUE_H

#include <netinet/in.h>
#include <stdbool.h>
#include "include/vz/abi.h"

#define VZ_UNLIMITED	UB_MAXVALUE

struct vz_limit {
	bool set;
	long barrier;
	long limit;
};

/* What a bare number means and in what the result is counted. */
enum vz_unit {
	VZ_UNIT_COUNT,		/* bare: count; result: count */
	VZ_UNIT_BYTES,		/* bare: bytes; result: bytes */
	VZ_UNIT_PAGES,		/* bare: pages; result: pages */
	VZ_UNIT_RAM,		/* bare: bytes; result: pages (--ram, --swap) */
};

/* Unit of a beancounter's row. */
enum vz_unit vz_ub_unit(enum ub_resource r);
/* Name of the configuration variable (upper case), NULL for the dummy rows. */
const char *vz_ub_var(enum ub_resource r);
/* Row by lower-case name, negative when there is none. */
int vz_ub_find(const char *name);

/*
 * "12", "2.2G", "512M", "100P", "unlimited". Suffixes B K M G T are powers of
 * 1024, P is a page. -EINVAL; -ERANGE when the value was clamped to
 * VZ_UNLIMITED (*out is set then).
 */
int vz_parse_number(const char *s, enum vz_unit unit, long *out);
/* "bar[:lim]"; one value means both. -EINVAL also when barrier > limit. */
int vz_parse_limit(const char *s, enum vz_unit unit, struct vz_limit *out);
/* Text for a configuration file, as the readers of classic files expect it. */
char *vz_format_limit(enum ub_resource r, const struct vz_limit *l);

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
/* Canonical text without a length. */
char *vz_ip_text(const struct vz_ip *ip, char buf[VZ_IP_TEXT]);
bool vz_ip_equal(const struct vz_ip *a, const struct vz_ip *b);
/* A blank-separated list of addresses, NULL for none, has it. */
bool vz_ip_in_list(const char *list, const struct vz_ip *want);

/*
 * Walk a blank-separated list: the next word is copied into buf, *p moves on.
 * NULL at the end; words that do not fit are cut.
 */
const char *vz_word(const char **p, char *buf, size_t size);

/* Number of a VE, 0..VE_ID_MAX, digits only. -EINVAL. */
int vz_parse_id(const char *s, unsigned int *id);
/* Characters of a VE's name: letters, digits, space, + - _ . and not a number. */
bool vz_name_valid(const char *s);
/* RFC 1123 host name. */
bool vz_hostname_valid(const char *s);

#endif /* LIBVZ_VALUE_H */
