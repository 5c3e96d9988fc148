// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of a VE's ethernet devices, read from a configuration. No state. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/err.h"
#include "libvz/netif.h"
#include "libvz/netif_field.h"

static void mac_parse(const char *text, unsigned char mac[6])
{
	for (int i = 0; i < 6; i++)
		mac[i] = strtoul(text + i * 3, NULL, 16);
}

static int device_parse(const char *text, size_t n, struct vz_veth *v)
{
	char name[VZ_NETIF_FIELD], host[VZ_NETIF_FIELD], bridge[VZ_NETIF_FIELD];
	char mac[VZ_NETIF_FIELD], host_mac[VZ_NETIF_FIELD];
	char filter[VZ_NETIF_FIELD], rate[VZ_NETIF_FIELD];
	bool ok;

	vz_netif_field(text, n, "ifname", name, sizeof(name));
	vz_netif_field(text, n, "host_ifname", host, sizeof(host));
	vz_netif_field(text, n, "bridge", bridge, sizeof(bridge));
	vz_netif_field(text, n, "mac", mac, sizeof(mac));
	vz_netif_field(text, n, "host_mac", host_mac, sizeof(host_mac));
	vz_netif_field(text, n, "mac_filter", filter, sizeof(filter));
	vz_netif_field(text, n, "ip_filter", v->ip_filter, sizeof(v->ip_filter));
	if (!strcmp(v->ip_filter, "off"))
		*v->ip_filter = '\0';
	if (*v->ip_filter && !vz_netif_field_valid("ip_filter", v->ip_filter))
		return -EINVAL;
	vz_netif_field(text, n, "ratelimit", rate, sizeof(rate));
	v->ratelimit = vz_netif_rate(rate, &ok);
	if (!ok || !vz_netif_name_valid(name) || !vz_netif_name_valid(host) ||
	    (*bridge && !vz_netif_name_valid(bridge)) || !vz_netif_mac_valid(mac) ||
	    !vz_netif_mac_valid(host_mac))
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
