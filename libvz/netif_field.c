// SPDX-License-Identifier: GPL-2.0-or-later
/* One ethernet device as configurations write it: its fields, and what is right of each. */
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/ip.h"
#include "libvz/netif_field.h"
#include "libvz/rate.h"

bool vz_netif_name_valid(const char *s)
{
	size_t n = strlen(s);

	if (!n || n >= IFNAMSIZ || !strcmp(s, ".") || !strcmp(s, ".."))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
			return false;
	return true;
}

bool vz_netif_mac_valid(const char *s)
{
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? s[i] != ':' : !isxdigit((unsigned char)s[i]))
			return false;
	return !s[17] && !(strtoul((char[]){ s[0], s[1], 0 }, NULL, 16) & 1);
}

void vz_netif_field(const char *device, size_t n, const char *key, char *out, size_t room)
{
	const char *p = device, *end = device + n;
	size_t k = strlen(key);

	*out = '\0';
	while (p < end) {
		size_t len = strcspn(p, ",;");

		if (!strncmp(p, key, k) && p[k] == '=' && len - k - 1 < room) {
			memcpy(out, p + k + 1, len - k - 1);
			out[len - k - 1] = '\0';
			return;
		}
		p += len + 1;
	}
}

char *vz_netif_ips(const char *text)
{
	cleanup_ips struct vz_ips ips = { 0 };
	char *list = NULL, one[VZ_IP_TEXT];
	size_t n;
	FILE *out;

	if (vz_ips_parse(&ips, text) || !ips.n)
		return NULL;
	out = open_memstream(&list, &n);
	if (!out)
		return NULL;
	for (size_t i = 0; i < ips.n; i++) {
		const struct vz_ip *ip = &ips.ip[i];

		fprintf(out, "%s%s", i ? " " : "",
			ip->len == (ip->family == AF_INET ? 32 : 128) ? vz_ip_text(ip, one) :
									vz_net_text(ip, one));
	}
	fclose(out);
	if (list && n < VZ_NETIF_IPS)
		return list;
	free(list);
	return NULL;
}

static bool ips_valid(const char *text)
{
	cleanup_free char *list = vz_netif_ips(text);

	return list;
}

unsigned int vz_netif_rate(const char *text, bool *ok)
{
	unsigned long v = 0;
	char *end = "";

	if (*text >= '0' && *text <= '9' && strlen(text) <= 9)
		v = strtoul(text, &end, 10);
	*ok = v ? !*end && v <= VZ_RATE_MAX : !*text || !strcmp(text, "off");
	return *ok ? v : 0;
}

static bool rate_valid(const char *text)
{
	bool ok;

	vz_netif_rate(text, &ok);
	return ok && *text;
}

bool vz_netif_field_valid(const char *field, const char *value)
{
	if (!strcmp(field, "ip_filter"))
		return !strcmp(value, "off") || ips_valid(value);
	if (!strcmp(field, "ratelimit"))
		return rate_valid(value);
	if (!strcmp(field, "mac") || !strcmp(field, "host_mac"))
		return vz_netif_mac_valid(value);
	if (!strcmp(field, "mac_filter"))
		return !strcmp(value, "on") || !strcmp(value, "off");
	return (!strcmp(field, "bridge") && !*value) || vz_netif_name_valid(value);
}
