/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asked before a command begins that changes files of a VE and its configuration: the one must not
 * be done when the other cannot be. Nothing is changed or kept.
 */
#ifndef LIBVZ_CONF_ROOM_H
#define LIBVZ_CONF_ROOM_H

#include <stddef.h>

struct vz_err;

/* Names in VZ_CONFDIR and VZ_NAMES can be changed and taken away. VZ_SAVECONF, VZ_SETNAME. */
int vz_conf_can_change(struct vz_err *e);
/*
 * A configuration can be written, too: one as long as that of VE id is now, or what is usual. A
 * bit more is asked for, as the new one may be longer. As above.
 */
int vz_conf_has_room(unsigned int id, struct vz_err *e);

#endif /* LIBVZ_CONF_ROOM_H */
