/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts about this host that both sides compare, and small things both do. */
#ifndef VZMIGRATE_HOST_H
#define VZMIGRATE_HOST_H

#include <stdbool.h>
#include "libvz/conf.h"
#include "libvz/err.h"

/* All malloc'ed, NULL when unknown. */
char *host_kernel(void);	/* first line of /proc/vz/version */
char *host_release(void);	/* uname -r */

#define HOST_IDENTITY	33

/*
 * Of this host's journals: made once, kept beside them, lost with them. Who asks for
 * a VE that it gave away must know that it asks the same ones.
 */
int host_identity(char buf[HOST_IDENTITY], struct vz_err *e);

/*
 * Answer, or stop answering, neighbour requests for the VE's addresses on this
 * host's links. Routes stay, so that what still comes in waits in the hold.
 */
int host_proxy(const struct vz_conf *c, bool on, struct vz_err *e);

#endif /* VZMIGRATE_HOST_H */
