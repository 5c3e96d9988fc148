/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Templates: archives of a root file system. */
#ifndef LIBVZ_TEMPLATE_H
#define LIBVZ_TEMPLATE_H

#include <stdbool.h>

struct vz_conf;
struct vz_err;

/* How the names of archives end, in the order in which they are looked for; NULL at the end. */
extern const char *const vz_template_ends[];
/* The path of TEMPLATE/cache/<name>.tar.* (PATH_MAX). Causes: VZ_BADVALUE, VZ_NOTEMPLATE. */
int vz_template_find(const struct vz_conf *c, const char *name, char *path, struct vz_err *e);
/* The same, for reading. */
int vz_template_open(const struct vz_conf *c, const char *name, int *fd, struct vz_err *e);
/*
 * Into an empty folder. Nothing is written beyond a limit of disk space there.
 * Causes: VZ_BADTEMPLATE (also: it is no root of a system), VZ_NOSPACE, VZ_CREATE. Prints progress
 * through log.h.
 */
int vz_template_unpack(int archive, const char *dir, struct vz_err *e);

/* Whether a device node of an archive is made: one of those that /dev of every VE has. */
bool vz_template_node_ok(bool character, unsigned int maj, unsigned int min);

#endif /* LIBVZ_TEMPLATE_H */
