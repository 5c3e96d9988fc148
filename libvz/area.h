/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private area as it is on disk, which for layout overlay is not what the VE sees (guest.h). */
#ifndef LIBVZ_AREA_H
#define LIBVZ_AREA_H

struct vz_conf;
struct vz_err;

/* The folder itself, for what is said of the whole: no path of the VE is followed from it. */
int vz_area_open(const struct vz_conf *c, int *fd, struct vz_err *e);
/* It lies at the path to now. Done twice it is done once. */
int vz_area_rename(const struct vz_conf *c, const char *to, struct vz_err *e);

#endif /* LIBVZ_AREA_H */
