/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another number for a VE, as a part of a commit (commit.h): the private area where the number is
 * in its path, the configuration, the action scripts and the name. Callers hold the VE's lock; it
 * is stopped and not mounted.
 */
#ifndef LIBVZ_RENUMBER_H
#define LIBVZ_RENUMBER_H

struct vz_conf;
struct vz_err;

/* A name below the stage: the new configuration. */
#define VZ_RENUMBER_CONFIG	"new-config"

/* Into the stage of c: that c is to become new. */
int vz_renumber_put(const struct vz_conf *c, const struct vz_conf *new, const char *stage,
		    struct vz_err *e);
/*
 * What decided, the folder of a commit of c, says about that: all that is left to do of it. When
 * it could not begin before somebody else took the number, c stays what it is.
 */
int vz_renumber_finish(const struct vz_conf *c, const char *decided, struct vz_err *e);

#endif /* LIBVZ_RENUMBER_H */
