/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of a VE that comes from elsewhere: a migration, an archive. What
 * it says of a host, of paths and of devices is this host's own to say.
 */
#ifndef LIBVZ_CONF_FOREIGN_H
#define LIBVZ_CONF_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

struct vz_conf;
struct vz_err;

/* The text into a file, without the lines of a host. VZ_BADCONF. */
int vz_conf_foreign_write(const char *path, const uint8_t *text, size_t len, struct vz_err *e);
/*
 * Read such a file: VE_PRIVATE and VE_ROOT are this host's, devices those that
 * MIGRATE_DEVICES of vz.conf lets come, the template's name is one. VZ_BADCONF.
 */
int vz_conf_foreign_load(unsigned int id, const char *path, struct vz_conf **c, struct vz_err *e);
/* Both, with no file that could be left. */
int vz_conf_foreign_parse(unsigned int id, const uint8_t *text, size_t len, struct vz_conf **c,
			  struct vz_err *e);

#endif /* LIBVZ_CONF_FOREIGN_H */
