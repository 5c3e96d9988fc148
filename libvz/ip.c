// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses of VEs, and lists of them. No state. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/ip.h"
#include "libvz/value.h"

static bool prefix_len(const char *s, unsigned int max, unsigned int *len)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	*len = v;
	return !*end && end - s <= 3 && v <= max;
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

static int parse(const char *s, struct vz_ip *ip)
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
		unsigned int v;

		if (isdigit((unsigned char)slash[1]) && prefix_len(slash + 1, max, &v))
			ip->len = v;
		else if (ip->family != AF_INET || netmask_len(slash + 1, &ip->len))
			return -EINVAL;
	}
	return 0;
}

int vz_ip_parse(const char *s, struct vz_ip *ip)
{
	int ret = parse(s, ip);

	return ret || !unicast(ip) ? -EINVAL : 0;
}

int vz_net_parse(const char *s, struct vz_ip *ip)
{
	unsigned char *byte = (unsigned char *)&ip->v4;
	int ret = parse(s, ip);
	unsigned int i, bits;

	if (ret)
		return ret;
	bits = ip->family == AF_INET ? 32 : 128;
	for (i = ip->len; i < bits; i++)
		byte[i / 8] &= ~(0x80 >> i % 8);
	return 0;
}

char *vz_net_text(const struct vz_ip *ip, char buf[VZ_IP_TEXT])
{
	size_t n = strlen(vz_ip_text(ip, buf));

	snprintf(buf + n, VZ_IP_TEXT - n, "/%u", ip->len);
	return buf;
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

int vz_ips_append(struct vz_ips *list, const struct vz_ip *ip)
{
	struct vz_ip *more = list->ip;

	/* There is room up to the next power of two. */
	if (!(list->n & (list->n - 1)))
		more = reallocarray(more, list->n ? 2 * list->n : 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->ip = more;
	list->ip[list->n++] = *ip;
	return 0;
}

static int compare(const struct vz_ip *x, const struct vz_ip *y)
{
	int d = x->family - y->family;

	return d ? d : memcmp(&x->v4, &y->v4,
			      x->family == AF_INET ? sizeof(x->v4) : sizeof(x->v6));
}

static int by_address(const void *a, const void *b)
{
	return compare(a, b);
}

/* Equal ones side by side, in the order of the list. */
static int by_address_and_place(const void *a, const void *b)
{
	const struct vz_ip *x = *(const struct vz_ip *const *)a;
	const struct vz_ip *y = *(const struct vz_ip *const *)b;
	int d = compare(x, y);

	return d ? d : (x > y) - (x < y);
}

int vz_ips_unique(struct vz_ips *list)
{
	cleanup_free struct vz_ip **sorted = calloc(list->n + 1, sizeof(*sorted));
	size_t keep = 0, i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < list->n; i++)
		sorted[i] = &list->ip[i];
	qsort(sorted, list->n, sizeof(*sorted), by_address_and_place);
	for (i = 1; i < list->n; i++)
		if (vz_ip_equal(sorted[i - 1], sorted[i]))
			sorted[i - 1]->family = AF_UNSPEC;
	for (i = 0; i < list->n; i++)
		if (list->ip[i].family != AF_UNSPEC)
			list->ip[keep++] = list->ip[i];
	list->n = keep;
	return 0;
}

int vz_ips_parse(struct vz_ips *list, const char *text)
{
	struct vz_ips new = { 0 };
	char word[VZ_IP_TEXT];
	struct vz_ip ip;
	int ret = 0;

	while (!ret && vz_word(&text, word, sizeof(word))) {
		ret = vz_ip_parse(word, &ip);
		if (!ret)
			ret = vz_ips_append(&new, &ip);
	}
	if (!ret)
		ret = vz_ips_unique(&new);
	if (ret) {
		vz_ips_free(&new);
		return ret;
	}
	vz_ips_free(list);
	*list = new;
	return 0;
}

char *vz_ips_text(const struct vz_ips *list)
{
	char *text = malloc(list->n * VZ_IP_TEXT + 1), *p = text, one[VZ_IP_TEXT];

	if (!text)
		return NULL;
	*p = '\0';
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			*p++ = ' ';
		p = stpcpy(p, vz_ip_text(&list->ip[i], one));
	}
	return text;
}

bool vz_ips_has(const struct vz_ips *list, const struct vz_ip *ip)
{
	for (size_t i = 0; i < list->n; i++)
		if (vz_ip_equal(&list->ip[i], ip))
			return true;
	return false;
}

int vz_ips_add(struct vz_ips *list, const struct vz_ip *ip)
{
	struct vz_ip copy = *ip;

	vz_ips_del(list, &copy);
	return vz_ips_append(list, &copy);
}

void vz_ips_del(struct vz_ips *list, const struct vz_ip *ip)
{
	struct vz_ip gone = *ip;
	size_t keep = 0;

	for (size_t i = 0; i < list->n; i++)
		if (!vz_ip_equal(&list->ip[i], &gone))
			list->ip[keep++] = list->ip[i];
	list->n = keep;
}

int vz_ips_without(struct vz_ips *out, const struct vz_ips *list, const struct vz_ips *gone)
{
	cleanup_ips struct vz_ips sorted = { 0 };
	const struct vz_ip *ip;

	for (size_t i = 0; i < gone->n; i++)
		if (vz_ips_append(&sorted, &gone->ip[i]))
			return -ENOMEM;
	if (sorted.n)
		qsort(sorted.ip, sorted.n, sizeof(*sorted.ip), by_address);
	for (ip = list->ip; ip < list->ip + list->n; ip++)
		if ((!sorted.n ||
		     !bsearch(ip, sorted.ip, sorted.n, sizeof(*sorted.ip), by_address)) &&
		    vz_ips_append(out, ip))
			return -ENOMEM;
	return 0;
}

void vz_ips_free(struct vz_ips *list)
{
	free(list->ip);
	*list = (struct vz_ips){ 0 };
}
