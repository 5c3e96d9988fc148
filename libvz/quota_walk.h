/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that is in an area gets a project id. The VE does not run. */
#ifndef LIBVZ_QUOTA_WALK_H
#define LIBVZ_QUOTA_WALK_H

struct vz_err;

/*
 * Mark the folder area and all below it, the folder itself last: one that is
 * marked is marked as a whole, and a walk that was cut short is begun again.
 * Links, fifos, sockets and device nodes cannot be marked; each is replaced by
 * one that is made anew, with the same owner, mode, times and attributes. The
 * folder AREA.count beside it is used for that.
 */
int vz_quota_walk(int area, unsigned int project, struct vz_err *e);

#endif /* LIBVZ_QUOTA_WALK_H */
