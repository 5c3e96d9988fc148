/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A VE's name, layout and address list, as set and create take them. */
#ifndef VZCTL_NAME_H
#define VZCTL_NAME_H

struct vz_conf;
struct vz_err;

/* Name of a VE: link in /etc/vz/names; NULL removes. VZ_SETNAME. */
int set_name(struct vz_conf *c, const char *name, struct vz_err *e);

/* Layout word: "dir" or "simfs"; others are VZ_BADVALUE. */
int check_layout(const char *layout, struct vz_err *e);

/* Add to and take from c->ip_address in memory; VZ_BADIP. "all" takes all. */
int ip_list_add(struct vz_conf *c, const char *arg, struct vz_err *e);
int ip_list_del(struct vz_conf *c, const char *arg, struct vz_err *e);

#endif /* VZCTL_NAME_H */
