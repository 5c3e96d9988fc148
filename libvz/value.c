// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers with suffixes, limits, names. No state. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/value.h"

#define PAGE	4096.0
#define BLOCK	1024.0

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

/*
 * Digits alone are kept exact: a double loses the last bits of a large count. -EINVAL: something
 * else is there. Configurations are full of them: this costs a third of strtol().
 */
static int integer(const char *s, long *out)
{
	bool over = false;
	long v = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		over |= __builtin_mul_overflow(v, 10, &v) |
			__builtin_add_overflow(v, *s - '0', &v);
	if (*s)
		return -EINVAL;
	*out = over ? VZ_UNLIMITED : v;
	return over ? -ERANGE : 0;
}

int vz_parse_number(const char *s, enum vz_unit unit, long *out)
{
	double v, mult;
	const char *p;
	int ret;

	if (!strcmp(s, "unlimited")) {
		*out = VZ_UNLIMITED;
		return 0;
	}
	if (!isdigit((unsigned char)*s) && *s != '.')
		return -EINVAL;
	ret = unit == VZ_UNIT_RAM ? -EINVAL : integer(s, out);
	if (ret != -EINVAL)
		return ret;
	p = decimal(s, &v);
	if (!p)
		return -EINVAL;
	switch (toupper((unsigned char)*p)) {
	case '\0': mult = unit == VZ_UNIT_PAGES ? PAGE : unit == VZ_UNIT_BLOCKS ? BLOCK : 1; break;
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
	else if (unit == VZ_UNIT_BLOCKS)
		v = ceil(v / BLOCK);
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

#define BLANKS " \t,"

const char *vz_word(const char **p, char *buf, size_t size)
{
	const char *s = *p;
	size_t n, keep;

	if (!s)
		return NULL;
	s += strspn(s, BLANKS);
	n = strcspn(s, BLANKS);
	*p = s + n;
	if (!n)
		return NULL;
	keep = n < size ? n : size - 1;
	memcpy(buf, s, keep);
	buf[keep] = '\0';
	return buf;
}

bool vz_has_word(const char *list, const char *word)
{
	const size_t len = strlen(word);
	size_t n;

	for (const char *s = list; s && *(s += strspn(s, BLANKS)); s += n) {
		n = strcspn(s, BLANKS);
		if (n == len && !memcmp(s, word, len))
			return true;
	}
	return false;
}

int vz_parse_id(const char *s, unsigned int *id)
{
	long v;

	if (!*s || integer(s, &v) || v > VE_ID_MAX)
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
