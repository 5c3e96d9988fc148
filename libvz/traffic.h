/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a VE sent and received, by traffic class: its cgroup file ve.traffic. */
#ifndef LIBVZ_TRAFFIC_H
#define LIBVZ_TRAFFIC_H

#include "libvz/net_classes.h"

struct vz_err;

/**
 * struct vz_count - traffic of a class
 * @in_bytes: to the VE, with IP headers
 * @in: packets to the VE
 * @out_bytes: from it
 * @out: packets from it
 */
struct vz_count {
	unsigned long long in_bytes;
	unsigned long long in;
	unsigned long long out_bytes;
	unsigned long long out;
};

/**
 * struct vz_traffic - all of a VE
 * @of: IPv4, IPv6; by class
 */
struct vz_traffic {
	struct vz_count of[2][VZ_NET_CLASSES];
};

/* The text of ve.traffic; -EINVAL for what no kernel shows. */
int vz_traffic_parse(const char *text, struct vz_traffic *t);
/* Of a VE that runs. */
int vz_traffic_read(unsigned int id, struct vz_traffic *t, struct vz_err *e);
/* All counters of a VE that runs to 0. */
int vz_traffic_reset(unsigned int id, struct vz_err *e);

#endif /* LIBVZ_TRAFFIC_H */
