/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as users and configuration files write them: numbers with suffixes, limits, words. */
#ifndef LIBVZ_VALUE_H
#define LIBVZ_VALUE_H

#include <stdbool.h>
#include <stddef.h>
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
	VZ_UNIT_BLOCKS,		/* bare: 1K blocks; result: 1K blocks */
};

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

/*
 * Walk a blank-separated list: the next word is copied into buf, *p moves on.
 * NULL at the end; words that do not fit are cut.
 */
const char *vz_word(const char **p, char *buf, size_t size);
/* Is this one of them? No list has none. */
bool vz_has_word(const char *list, const char *word);

/* Number of a VE, 0..VE_ID_MAX, digits only. -EINVAL. */
int vz_parse_id(const char *s, unsigned int *id);
/* Characters of a VE's name: letters, digits, space, + - _ . and not a number. */
bool vz_name_valid(const char *s);
/* RFC 1123 host name. */
bool vz_hostname_valid(const char *s);

#endif /* LIBVZ_VALUE_H */
