/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VE's name, as set and create take it. */
#ifndef VZCTL_NAME_H
#define VZCTL_NAME_H

struct vz_conf;
struct vz_err;

/* Name of a VE: link in /etc/vz/names; NULL removes. VZ_SETNAME. */
/* Whether set_name() would find it good and free. */
int name_check(const struct vz_conf *c, const char *name, struct vz_err *e);
int set_name(struct vz_conf *c, const char *name, struct vz_err *e);

#endif /* VZCTL_NAME_H */
