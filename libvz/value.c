// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers with suffixes, limits, addresses, names. No state. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/value.h"

#define PAGE	4096.0

static const struct {
	const char *var;	/* NULL: a row that is a dummy */
	const char *name;
	enum vz_unit unit;
} ub[UB_NR_RESOURCES] = {
#define ROW(sym, lower, u) [UB_##sym] = { #sym, lower, VZ_UNIT_##u }
	ROW(KMEMSIZE, "kmemsize", BYTES),
	ROW(LOCKEDPAGES, "lockedpages", PAGES),
	ROW(PRIVVMPAGES, "privvmpages", PAGES),
	ROW(SHMPAGES, "shmpages", PAGES),
	ROW(NUMPROC, "numproc", COUNT),
	ROW(PHYSPAGES, "physpages", PAGES),
	ROW(VMGUARPAGES, "vmguarpages", PAGES),
	ROW(OOMGUARPAGES, "oomguarpages", PAGES),
	ROW(NUMTCPSOCK, "numtcpsock", COUNT),
	ROW(NUMFLOCK, "numflock", COUNT),
	ROW(NUMPTY, "numpty", COUNT),
	ROW(NUMSIGINFO, "numsiginfo", COUNT),
	ROW(TCPSNDBUF, "tcpsndbuf", BYTES),
	ROW(TCPRCVBUF, "tcprcvbuf", BYTES),
	ROW(OTHERSOCKBUF, "othersockbuf", BYTES),
	ROW(DGRAMRCVBUF, "dgramrcvbuf", BYTES),
	ROW(NUMOTHERSOCK, "numothersock", COUNT),
	ROW(DCACHESIZE, "dcachesize", BYTES),
	ROW(NUMFILE, "numfile", COUNT),
	ROW(NUMIPTENT, "numiptent", COUNT),
	ROW(SWAPPAGES, "swappages", PAGES),
	ROW(NUMMOUNT, "nummount", COUNT),
	ROW(NUMNETIF, "numnetif", COUNT),
	ROW(NUMNETNS, "numnetns", COUNT),
	ROW(NUMNEIGH, "numneigh", COUNT),
	ROW(NUMCONNTRACK, "numconntrack", COUNT),
	ROW(NUMINOTIFY, "numinotify", COUNT),
	ROW(PIPEPAGES, "pipepages", PAGES),
	ROW(NUMCGROUP, "numcgroup", COUNT),
	ROW(NUMAIO, "numaio", COUNT),
#undef ROW
};

enum vz_unit vz_ub_unit(enum ub_resource r)
{
	return ub[r].unit;
}

const char *vz_ub_var(enum ub_resource r)
{
	return ub[r].var;
}

int vz_ub_find(const char *name)
{
	int r;

	for (r = 0; r < UB_NR_RESOURCES; r++)
		if (ub[r].name && !strcmp(ub[r].name, name))
			return r;
	return -ENOENT;
}

/* Digits with one optional point, nothing else: no sign, no exponent, no hex. */
static const char *decimal(const char *s, double *v)
{
	double frac = 1;
	bool any = false;

	*v = 0;
	for (; isdigit((unsigned char)*s); s++, any = true)
		*v = *v * 10 + (*s - '0');
	if (*s == '.')
		for (s++; isdigit((unsigned char)*s); s++, any = true) {
			frac /= 10;
			*v += (*s - '0') * frac;
		}
	return any ? s : NULL;
}

/* Digits alone are kept exact: a double loses the last bits of a large count. */
static int integer(const char *s, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(s, &end, 10);
	if (*end)
		return -EINVAL;
	return errno == ERANGE ? -ERANGE : 0;
}

int vz_parse_number(const char *s, enum vz_unit unit, long *out)
{
	double v, mult;
	const char *p;

	if (!strcmp(s, "unlimited")) {
		*out = VZ_UNLIMITED;
		return 0;
	}
	if (!isdigit((unsigned char)*s) && *s != '.')
		return -EINVAL;
	if (unit != VZ_UNIT_RAM && s[strspn(s, "0123456789")] == '\0') {
		int ret = integer(s, out);

		if (ret == -ERANGE)
			*out = VZ_UNLIMITED;
		return ret;
	}
	p = decimal(s, &v);
	if (!p)
		return -EINVAL;
	switch (toupper((unsigned char)*p)) {
	case '\0': mult = unit == VZ_UNIT_PAGES ? PAGE : 1; break;
	case 'B': mult = 1; break;
	case 'K': mult = 1024.0; break;
	case 'M': mult = 1024.0 * 1024; break;
	case 'G': mult = 1024.0 * 1024 * 1024; break;
	case 'T': mult = 1024.0 * 1024 * 1024 * 1024; break;
	case 'P': mult = unit == VZ_UNIT_COUNT ? 1 : PAGE; break;
	default: return -EINVAL;
	}
	if (*p && p[1])
		return -EINVAL;
	v *= mult;
	if (unit == VZ_UNIT_PAGES || unit == VZ_UNIT_RAM)
		v = ceil(v / PAGE);
	if (v >= 9223372036854775807.0) {
		*out = VZ_UNLIMITED;
		return -ERANGE;
	}
	*out = (long)v;
	return 0;
}

int vz_parse_limit(const char *s, enum vz_unit unit, struct vz_limit *out)
{
	const char *colon = strchr(s, ':');
	char first[64];
	int ret, clamped = 0;

	if (!colon) {
		ret = vz_parse_number(s, unit, &out->barrier);
		if (ret && ret != -ERANGE)
			return ret;
		out->limit = out->barrier;
		out->set = true;
		return ret;
	}
	if ((size_t)(colon - s) >= sizeof(first))
		return -EINVAL;
	memcpy(first, s, colon - s);
	first[colon - s] = '\0';
	ret = vz_parse_number(first, unit, &out->barrier);
	if (ret && ret != -ERANGE)
		return ret;
	clamped = ret;
	ret = vz_parse_number(colon + 1, unit, &out->limit);
	if (ret && ret != -ERANGE)
		return ret;
	if (out->barrier > out->limit)
		return -EINVAL;
	out->set = true;
	return ret ? ret : clamped;
}

/* Memory sizes carry a suffix where readers want bytes, and none where they want pages. */
static void format_number(enum ub_resource r, long v, char *buf, size_t size)
{
	bool plain = r == UB_PRIVVMPAGES || r == UB_VMGUARPAGES;
	unsigned long kb = (unsigned long)v * 4;

	if (v == VZ_UNLIMITED && !plain)
		snprintf(buf, size, "unlimited");
	else if ((r != UB_PHYSPAGES && r != UB_SWAPPAGES) || v == 0 || v > VZ_UNLIMITED / 4)
		snprintf(buf, size, "%ld", v);
	else if (kb % 1024 == 0)
		snprintf(buf, size, "%luM", kb / 1024);
	else
		snprintf(buf, size, "%luK", kb);
}

char *vz_format_limit(enum ub_resource r, const struct vz_limit *l)
{
	char b[32], lim[32], *out;

	format_number(r, l->barrier, b, sizeof(b));
	format_number(r, l->limit, lim, sizeof(lim));
	if (asprintf(&out, "%s:%s", b, lim) < 0)
		return NULL;
	return out;
}

static int netmask_len(const char *s, unsigned int *len)
{
	struct in_addr m;
	uint32_t v;

	if (inet_pton(AF_INET, s, &m) != 1)
		return -EINVAL;
	v = ntohl(m.s_addr);
	*len = v ? __builtin_popcount(v) : 0;
	return v == (uint32_t)(0xffffffffULL << (32 - *len)) ? 0 : -EINVAL;
}

static bool unicast(const struct vz_ip *ip)
{
	uint32_t v;

	if (ip->family == AF_INET6)
		return !IN6_IS_ADDR_MULTICAST(&ip->v6) && !IN6_IS_ADDR_UNSPECIFIED(&ip->v6) &&
		       !IN6_IS_ADDR_LOOPBACK(&ip->v6) && !IN6_IS_ADDR_LINKLOCAL(&ip->v6) &&
		       !IN6_IS_ADDR_V4MAPPED(&ip->v6);
	v = ntohl(ip->v4.s_addr);
	return (v >> 24) != 0 && (v >> 24) != 127 && (v >> 24) < 224;
}

int vz_ip_parse(const char *s, struct vz_ip *ip)
{
	const char *slash = strchr(s, '/');
	unsigned int max;
	char addr[VZ_IP_TEXT];
	size_t n = slash ? (size_t)(slash - s) : strlen(s);

	if (n >= sizeof(addr))
		return -EINVAL;
	memset(ip, 0, sizeof(*ip));
	memcpy(addr, s, n);
	addr[n] = '\0';
	if (inet_pton(AF_INET, addr, &ip->v4) == 1)
		ip->family = AF_INET;
	else if (inet_pton(AF_INET6, addr, &ip->v6) == 1)
		ip->family = AF_INET6;
	else
		return -EINVAL;
	max = ip->family == AF_INET ? 32 : 128;
	ip->len = max;
	if (slash) {
		long v;

		if (isdigit((unsigned char)slash[1]) && !integer(slash + 1, &v) && v <= (long)max)
			ip->len = v;
		else if (ip->family != AF_INET || netmask_len(slash + 1, &ip->len))
			return -EINVAL;
	}
	return unicast(ip) ? 0 : -EINVAL;
}

char *vz_ip_text(const struct vz_ip *ip, char buf[VZ_IP_TEXT])
{
	inet_ntop(ip->family, &ip->v4, buf, VZ_IP_TEXT);
	return buf;
}

bool vz_ip_equal(const struct vz_ip *a, const struct vz_ip *b)
{
	return a->family == b->family &&
	       !memcmp(&a->v4, &b->v4, a->family == AF_INET ? sizeof(a->v4) : sizeof(a->v6));
}

const char *vz_word(const char **p, char *buf, size_t size)
{
	const char *s = *p;
	size_t n, keep;

	if (!s)
		return NULL;
	s += strspn(s, " \t,");
	n = strcspn(s, " \t,");
	*p = s + n;
	if (!n)
		return NULL;
	keep = n < size ? n : size - 1;
	memcpy(buf, s, keep);
	buf[keep] = '\0';
	return buf;
}

bool vz_ip_in_list(const char *list, const struct vz_ip *want)
{
	char word[VZ_IP_TEXT];
	struct vz_ip ip;

	while (vz_word(&list, word, sizeof(word)))
		if (!vz_ip_parse(word, &ip) && vz_ip_equal(&ip, want))
			return true;
	return false;
}

int vz_parse_id(const char *s, unsigned int *id)
{
	long v;

	if (!*s || s[strspn(s, "0123456789")] || integer(s, &v) || v > VE_ID_MAX)
		return -EINVAL;
	*id = v;
	return 0;
}

bool vz_name_valid(const char *s)
{
	const char *p;
	bool digits = true;

	for (p = s; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr(" +-_.", *p))
			return false;
		digits = digits && isdigit((unsigned char)*p);
	}
	return p != s && p - s < 200 && !digits && strcmp(s, ".") && strcmp(s, "..");
}

bool vz_hostname_valid(const char *s)
{
	size_t label = 0, n = strlen(s);
	const char *p;

	if (!n || n > 63)
		return false;
	for (p = s; *p; p++) {
		if (*p == '.') {
			if (!label || p[-1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!isalnum((unsigned char)*p) && (*p != '-' || !label) && *p != '_')
			return false;
		label++;
	}
	return label && p[-1] != '-';
}
