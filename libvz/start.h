/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cold start of a VE. Callers hold the VE's lock. */
#ifndef LIBVZ_START_H
#define LIBVZ_START_H

struct vz_conf;
struct vz_err;

/* Cold start of a stopped VE: everything above, in order, undone on failure. */
int vz_ve_start(const struct vz_conf *c, struct vz_err *e);

#endif /* LIBVZ_START_H */
