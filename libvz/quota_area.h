/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A private area under quota. The VE does not run, or has just this moment no
 * files at all; the caller holds its lock.
 */
#ifndef LIBVZ_QUOTA_AREA_H
#define LIBVZ_QUOTA_AREA_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/*
 * The folder area becomes the VE's to count, and its limits are set: before
 * anything is in it, or with all that is (an area from before there was quota:
 * all of it is walked, once). Nothing happens under DISK_QUOTA=no. Where the file
 * system cannot: an error if the VE is to be limited, else nothing.
 */
int vz_quota_take(const struct vz_conf *c, int area, struct vz_err *e);
/*
 * The private area, for a VE that is about to be mounted. A host that cannot limit
 * it has been asked before, by create or set: here it is a warning.
 */
int vz_quota_ready(const struct vz_conf *c, struct vz_err *e);
/* The limits of a VE whose area is counted, whether it runs or not. */
int vz_quota_apply(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_QUOTA_AREA_H */
