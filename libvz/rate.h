/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast a VE may send, by traffic class: RATE, RATEBOUND and what vz.conf says. */
#ifndef LIBVZ_RATE_H
#define LIBVZ_RATE_H

#include <stddef.h>

struct vz_conf;
struct vz_err;

/* Largest rate, kbit/s. */
#define VZ_RATE_MAX	100000000u

/* Room for the lines of all classes. */
#define VZ_RATE_TEXT	1024

/* "[DEVICE:]CLASS:KBIT" items with blanks between. 0 or -EINVAL. */
int vz_rate_valid(const char *list);
/* "[DEVICE:]CLASS[:BYTES]" items. */
int vz_ratempu_valid(const char *list);
/* "DEVICE:KBIT" items. */
int vz_bandwidth_valid(const char *list);

/*
 * The lines of ve.rate for a configuration, "\n" for none. A class that is named for several
 * devices has the sum.
 */
void vz_rate_text(const struct vz_conf *c, char buf[VZ_RATE_TEXT]);
/* Of ve.totalrate, for the host's configuration. */
void vz_totalrate_text(const struct vz_conf *c, char buf[VZ_RATE_TEXT]);

/*
 * Rates into the cgroup of a VE; without TRAFFIC_SHAPING it has none. A kernel that knows
 * none is an error (VZ_BADKERNEL) for a VE that is to have one.
 */
int vz_rate_apply(const struct vz_conf *c, struct vz_err *e);
/* The pools of the host. */
int vz_totalrate_apply(const struct vz_conf *global, struct vz_err *e);

#endif /* LIBVZ_RATE_H */
