/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be done to the files of a VE only while nobody is at work in them. */
#ifndef VZCTL_AT_REST_H
#define VZCTL_AT_REST_H

struct vz_conf;
struct vz_err;

/* 0, or an error when the VE runs, starts or stops (VZ_RUNNING) or is mounted (VZ_MOUNTED). */
int at_rest_check(const struct vz_conf *c, struct vz_err *e);

#endif /* VZCTL_AT_REST_H */
