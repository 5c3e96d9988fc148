/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All configurations of this host: names, ids, id ranges. */
#ifndef LIBVZ_CONF_LIST_H
#define LIBVZ_CONF_LIST_H

#include <stddef.h>

struct vz_conf;
struct vz_err;

/* CTID or name to id; VZ_BADVALUE when it is neither. */
int vz_conf_resolve(const char *arg, unsigned int *id, struct vz_err *e);
/* All ids that have a configuration, sorted; malloc'ed. */
int vz_conf_list(unsigned int **ids, size_t *n, struct vz_err *e);
/*
 * Nobody else takes names or ranges of ids until @fd is closed. It is -1 when this fails.
 */
int vz_conf_list_lock(int *fd, struct vz_err *e);

/* Choose an id range that no configuration on this host uses; sets c->uid_base and
 * LOCAL_UID/LOCAL_GID. */
int vz_conf_choose_range(struct vz_conf *c, struct vz_err *e);
/* -EEXIST (VZ_BADVALUE) when another VE's range on this host overlaps with [base, base + 65536). */
int vz_conf_check_range(unsigned int id, unsigned int base, struct vz_err *e);

#endif /* LIBVZ_CONF_LIST_H */
