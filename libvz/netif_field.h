/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device of NETIF, "ifname=eth0,mac=...", field by field. No state. */
#ifndef LIBVZ_NETIF_FIELD_H
#define LIBVZ_NETIF_FIELD_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a field other than ip_filter. */
#define VZ_NETIF_FIELD	32
#define VZ_NETIF_IPS	1024

/* The value of a field in the text of a device; "" when it has none, or one too long for room. */
void vz_netif_field(const char *device, size_t n, const char *key, char *out, size_t room);
/* Could that be the value of a field? What none of them is called by has a name for its value. */
bool vz_netif_field_valid(const char *field, const char *value);
/* A name of a network device. */
bool vz_netif_name_valid(const char *s);
/* Six pairs of hexadecimal digits; no group address. */
bool vz_netif_mac_valid(const char *s);
/* kbit/s of a text, 0 for "off" and none; *ok: it is one of these. */
unsigned int vz_netif_rate(const char *text, bool *ok);
/* Addresses as NETIF has them, with blanks between; malloc'ed, NULL when they are none. */
char *vz_netif_ips(const char *text);

#endif /* LIBVZ_NETIF_FIELD_H */
