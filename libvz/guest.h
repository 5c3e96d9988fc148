/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a VE's own configuration, written on its private area (running or not). */
#ifndef LIBVZ_GUEST_H
#define LIBVZ_GUEST_H

#include "libvz/conf.h"

/* Descriptor of the private area, for the functions of file.h. */
int vz_private_open(const struct vz_conf *c, struct vz_err *e);
/* /etc/hostname and its line in /etc/hosts. */
int vz_guest_hostname(const struct vz_conf *c, struct vz_err *e);
/* /etc/resolv.conf; NAMESERVER="inherit" takes the host's. */
int vz_guest_resolver(const struct vz_conf *c, struct vz_err *e);
/* Set a user's password in /etc/shadow. Exit 74. */
int vz_guest_password(const struct vz_conf *c, const char *user, const char *password,
		      struct vz_err *e);

/*
 * Text of a shadow file with the hash of user's line replaced and the day of
 * the change set. *found: the user was there. Malloc'ed; NULL without memory.
 */
char *vz_shadow_edit(const char *text, const char *user, const char *hash, long day, bool *found);

#endif /* LIBVZ_GUEST_H */
