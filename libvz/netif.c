// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of a VE's ethernet devices, as configurations write it. No state. */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/ip.h"
#include "libvz/netif.h"
#include "libvz/rate.h"

#define FIELDS		5	/* ifname, mac, host_ifname, host_mac, bridge */
#define FIELD_MAX	32

static bool name_valid(const char *s)
{
	size_t n = strlen(s);

	if (!n || n >= IFNAMSIZ || !strcmp(s, ".") || !strcmp(s, ".."))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
			return false;
	return true;
}

/* Six pairs of hexadecimal digits; no group address. */
static bool mac_valid(const char *s)
{
	for (int i = 0; i < 17; i++)
		if (i % 3 == 2 ? s[i] != ':' : !isxdigit((unsigned char)s[i]))
			return false;
	return !s[17] && !(strtoul((char[]){ s[0], s[1], 0 }, NULL, 16) & 1);
}

static void make_mac(char *mac)
{
	unsigned char b[6];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort();
	/* Given out by nobody, for one station. */
	b[0] = (b[0] & 0xfc) | 2;
	snprintf(mac, FIELD_MAX, "%02x:%02x:%02x:%02x:%02x:%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5]);
}

/* The value of a key in one device's text; "" when it has none, or one too long for room. */
static void value_into(const char *device, size_t n, const char *key, char *out, size_t room)
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

static void value_of(const char *device, size_t n, const char *key, char out[FIELD_MAX])
{
	value_into(device, n, key, out, FIELD_MAX);
}

/* Devices of old but for the one called name, NULL: none left out. *there: it was. */
static void copy_others(FILE *out, const char *old, const char *name, bool *there)
{
	char own[FIELD_MAX];

	*there = false;
	while (old && *old) {
		size_t n = strcspn(old, ";");

		value_of(old, n, "ifname", own);
		if (!strcmp(own, name))
			*there = true;
		else if (n)
			fprintf(out, "%s%.*s", ftell(out) ? ";" : "", (int)n, old);
		old += n + (old[n] == ';');
	}
}

static bool host_name_taken(const char *list, const char *name)
{
	char own[FIELD_MAX];

	while (list && *list) {
		size_t n = strcspn(list, ";");

		value_of(list, n, "host_ifname", own);
		if (!strcmp(own, name))
			return true;
		list += n + (list[n] == ';');
	}
	return false;
}

static int split(const char *arg, char field[FIELDS][FIELD_MAX])
{
	for (int i = 0; i < FIELDS; i++) {
		size_t n = strcspn(arg, ",");

		if (n >= FIELD_MAX)
			return -EINVAL;
		memcpy(field[i], arg, n);
		field[i][n] = '\0';
		arg += n + (arg[n] == ',');
	}
	return *arg ? -EINVAL : 0;
}

static bool fields_valid(char field[FIELDS][FIELD_MAX])
{
	return name_valid(field[0]) && (!*field[1] || mac_valid(field[1])) &&
	       (!*field[2] || name_valid(field[2])) && (!*field[3] || mac_valid(field[3])) &&
	       (!*field[4] || name_valid(field[4]));
}

/* The list without one device; malloc'ed, NULL without memory. */
static char *others_of(const char *old, const char *name, bool *there)
{
	char *list = NULL;
	size_t n;
	FILE *out = open_memstream(&list, &n);

	if (!out)
		return NULL;
	copy_others(out, old, name, there);
	fclose(out);
	return list;
}

int vz_netif_add(unsigned int id, const char *old, const char *arg, char **list, struct vz_err *e)
{
	char f[FIELDS][FIELD_MAX] = { "" };
	cleanup_free char *others = NULL;
	unsigned int nr = 0;
	bool there;

	*list = NULL;
	if (split(arg, f) || !fields_valid(f))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid network device: %s "
				"(ifname[,mac,host_ifname,host_mac,bridge])", arg);
	others = others_of(old, f[0], &there);
	if (!others)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	if (*f[2] && host_name_taken(others, f[2]))
		return vz_error(e, VZ_BADVALUE, -EEXIST,
				"Another device of the CT is called %s on the host",
				f[2]);
	while (!*f[2] || host_name_taken(others, f[2]))
		snprintf(f[2], FIELD_MAX, "veth%u.%u", id, nr++);
	for (int i = 1; i <= 3; i += 2)
		if (!*f[i])
			make_mac(f[i]);
	/* libvirt looks for ifname first. */
	if (asprintf(list, "%s%sifname=%s%s%s,mac=%s,host_ifname=%s,host_mac=%s", others,
		     *others ? ";" : "", f[0], *f[4] ? ",bridge=" : "", f[4], f[1], f[2], f[3]) < 0)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	return 0;
}

int vz_netif_del(const char *old, const char *name, char **list, struct vz_err *e)
{
	bool there = true;

	*list = strcmp(name, "all") ? others_of(old, name, &there) : strdup("");
	if (!*list)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	if (there)
		return 0;
	free(*list);
	*list = NULL;
	return vz_error(e, VZ_BADVALUE, -ENOENT, "The CT has no device %s", name);
}

bool vz_netif_has(const char *list, const char *name)
{
	bool there = false;

	free(others_of(list, name, &there));
	return there;
}

/* Addresses as a list of devices has them, with blanks between; NULL when they are none. */
static char *ips_canonical(const char *text)
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
	cleanup_free char *list = ips_canonical(text);

	return list;
}

/* kbit/s of a text, 0 for "off" and none; *ok: it is one of these. */
static unsigned int rate_of(const char *text, bool *ok)
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

	rate_of(text, &ok);
	return ok && *text;
}

static bool field_valid(const char *field, const char *value)
{
	if (!strcmp(field, "ip_filter"))
		return !strcmp(value, "off") || ips_valid(value);
	if (!strcmp(field, "ratelimit"))
		return rate_valid(value);
	if (!strcmp(field, "mac") || !strcmp(field, "host_mac"))
		return mac_valid(value);
	if (!strcmp(field, "mac_filter"))
		return !strcmp(value, "on") || !strcmp(value, "off");
	return (!strcmp(field, "bridge") && !*value) || name_valid(value);
}

/* One device's text with the field's value in place of what was there. */
static void put_edited(FILE *out, const char *device, size_t n, const char *field,
		       const char *value)
{
	const char *p = device, *end = device + n, *sep = "";
	size_t k = strlen(field);
	bool put = false;

	while (p < end) {
		size_t len = strcspn(p, ",;");

		if (len && !strncmp(p, field, k) && p[k] == '=') {
			if (*value && !put)
				fprintf(out, "%s%s=%s", sep, field, value);
			put = true;
		} else if (len) {
			fprintf(out, "%s%.*s", sep, (int)len, p);
		}
		sep = ",";
		p += len + 1;
	}
	if (*value && !put)
		fprintf(out, "%s%s=%s", sep, field, value);
}

int vz_netif_edit(const char *old, const char *name, const char *field, const char *value,
		  char **list, struct vz_err *e)
{
	cleanup_free char *others = NULL, *ips = NULL;
	bool there;
	size_t n;
	FILE *out;

	*list = NULL;
	if (!field_valid(field, value))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for --%s: %s", field,
				value);
	if (!strcmp(field, "ip_filter") && strcmp(value, "off")) {
		ips = ips_canonical(value);
		if (!ips)
			return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
		value = ips;
	}
	others = others_of(old, name, &there);
	if (others && !strcmp(field, "host_ifname") && host_name_taken(others, value))
		return vz_error(e, VZ_BADVALUE, -EEXIST,
				"Another device of the CT is called %s on the host", value);
	out = open_memstream(list, &n);
	if (!others || !out)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	while (old && *old) {
		size_t len = strcspn(old, ";");
		char own[FIELD_MAX];

		value_of(old, len, "ifname", own);
		if (len && ftell(out))
			fputc(';', out);
		if (!strcmp(own, name))
			put_edited(out, old, len, field, value);
		else
			fprintf(out, "%.*s", (int)len, old);
		old += len + (old[len] == ';');
	}
	fclose(out);
	return 0;
}

static void mac_parse(const char *text, unsigned char mac[6])
{
	for (int i = 0; i < 6; i++)
		mac[i] = strtoul(text + i * 3, NULL, 16);
}

static int device_parse(const char *text, size_t n, struct vz_veth *v)
{
	char mac[FIELD_MAX], host_mac[FIELD_MAX], name[FIELD_MAX], host[FIELD_MAX];
	char bridge[FIELD_MAX], filter[FIELD_MAX], rate[FIELD_MAX];
	bool ok;

	value_of(text, n, "ifname", name);
	value_of(text, n, "host_ifname", host);
	value_of(text, n, "bridge", bridge);
	value_of(text, n, "mac", mac);
	value_of(text, n, "host_mac", host_mac);
	value_of(text, n, "mac_filter", filter);
	value_into(text, n, "ip_filter", v->ip_filter, sizeof(v->ip_filter));
	if (!strcmp(v->ip_filter, "off"))
		*v->ip_filter = '\0';
	if (*v->ip_filter && !ips_valid(v->ip_filter))
		return -EINVAL;
	value_of(text, n, "ratelimit", rate);
	v->ratelimit = rate_of(rate, &ok);
	if (!ok || !name_valid(name) || !name_valid(host) || (*bridge && !name_valid(bridge)) ||
	    !mac_valid(mac) || !mac_valid(host_mac))
		return -EINVAL;
	snprintf(v->ifname, sizeof(v->ifname), "%s", name);
	snprintf(v->host, sizeof(v->host), "%s", host);
	snprintf(v->bridge, sizeof(v->bridge), "%s", bridge);
	mac_parse(mac, v->mac);
	mac_parse(host_mac, v->host_mac);
	v->filter = strcmp(filter, "off");
	return 0;
}

int vz_netif_parse(const char *list, struct vz_veth **dev, size_t *n, struct vz_err *e)
{
	size_t room = 1;

	*n = 0;
	*dev = NULL;
	if (!list || !*list)
		return 0;
	for (const char *p = list; *p; p++)
		room += *p == ';';
	*dev = calloc(room, sizeof(**dev));
	if (!*dev)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
	while (*list) {
		size_t len = strcspn(list, ";");

		if (len && device_parse(list, len, &(*dev)[(*n)++])) {
			free(*dev);
			*dev = NULL;
			return vz_error(e, VZ_BADCONF, -EINVAL, "NETIF: device '%.*s' is wrong "
					"(ifname=,mac=,host_ifname=,host_mac=[,bridge=])",
					(int)len, list);
		}
		list += len + (list[len] == ';');
	}
	return 0;
}
