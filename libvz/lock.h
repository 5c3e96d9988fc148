/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LOCKDIR/<id>.lck: pid on line 1, status on line 2, boot id on line 3; a dead owner's lock is
 * taken over. */
#ifndef LIBVZ_LOCK_H
#define LIBVZ_LOCK_H

#include "libvz/conf.h"
#include "libvz/err.h"

/* What the event daemon has as its status. */
#define VZ_LOCK_DAEMON	"vzeventd"

/* -EBUSY, VZ_LOCKED, naming pid and command line of the owner. A lock of the event daemon is waited
 * for, ten seconds. */
int vz_lock(const struct vz_conf *c, const char *status, struct vz_err *e);
void vz_unlock(const struct vz_conf *c);

#endif /* LIBVZ_LOCK_H */
