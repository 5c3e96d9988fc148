/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passwords of a VE's users, in the shadow file of its private area. */
#ifndef LIBVZ_PASSWD_H
#define LIBVZ_PASSWD_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/* Set a user's password in /etc/shadow. VZ_PASSWD. */
int vz_guest_password(const struct vz_conf *c, const char *user, const char *password,
		      struct vz_err *e);

/*
 * Text of a shadow file with the hash of user's line replaced and the day of
 * the change set. *found: the user was there. Malloc'ed; NULL without memory.
 */
char *vz_shadow_edit(const char *text, const char *user, const char *hash, long day, bool *found);

#endif /* LIBVZ_PASSWD_H */
