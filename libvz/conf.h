/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files: /etc/vz/vz.conf and /etc/vz/conf/<id>.conf.
 * NAME="value" lines, never evaluated; unknown lines and comments are kept
 * when a file is written again (temporary file, fsync, rename).
 */
#ifndef LIBVZ_CONF_H
#define LIBVZ_CONF_H

#include <stdbool.h>
#include "include/vz/abi.h"
#include "libvz/conf_data.h"

struct vz_conf_file;
struct vz_err;


/* Path of <id>.conf (PATH_MAX buffer). */
char *vz_conf_path(char *buf, unsigned int id);
/* Read the global file; -ENOENT is VZ_NOCONFIG. */
int vz_conf_global(struct vz_conf **c, struct vz_err *e);
/* Read global and VE's; missing <id>.conf is VZ_NOVECONFIG. */
int vz_conf_load(unsigned int id, struct vz_conf **c, struct vz_err *e);
/* Parse a VE configuration from a path other than /etc/vz/conf (samples, incoming migration). */
int vz_conf_load_path(unsigned int id, const char *path, struct vz_conf **c, struct vz_err *e);
/* Set NAME="value" in c->file (NULL value removes it) and re-parse that name; -EINVAL VZ_BADVALUE
 * for a bad value. */
int vz_conf_set(struct vz_conf *c, const char *name, const char *value, struct vz_err *e);
/* Value of any variable as written, the VE's before the global one; NULL when unset. */
const char *vz_conf_get(const struct vz_conf *c, const char *name);
/* The VE's own line only. */
const char *vz_conf_get_own(const struct vz_conf *c, const char *name);
/* Write /etc/vz/conf/<id>.conf. */
int vz_conf_save(const struct vz_conf *c, struct vz_err *e);
/* The same to another place: what is to become one, or is kept of one. */
int vz_conf_write(const struct vz_conf *c, const char *path, struct vz_err *e);
/* An empty VE configuration over the global one, for create. */
int vz_conf_new(unsigned int id, struct vz_conf **c, struct vz_err *e);
void vz_conf_free(struct vz_conf *c);

static inline void vz_cleanup_conf(struct vz_conf **c)
{
	vz_conf_free(*c);
}
#define cleanup_conf	__attribute__((cleanup(vz_cleanup_conf)))

#endif /* LIBVZ_CONF_H */
