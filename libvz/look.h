/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last look at a VE's rows. */
#ifndef LIBVZ_LOOK_H
#define LIBVZ_LOOK_H

#include <stdbool.h>
#include "include/vz/abi.h"
#include "libvz/ub.h"

struct vz_err;

/*
 * The last look at a VE's rows, below VZ_STATEDIR/ubc. A cold start begins
 * anew (vz_look_forget); a restore and a reboot of the host go on. It is
 * replaced in one step, so two lookers at a time each see a whole one.
 */
struct vz_look {
	bool there;
	long when;		/* seconds since 1970 */
	struct vz_ub_row rows[UB_NR_RESOURCES];	/* held, maxheld, failcnt */
};
int vz_look_read(unsigned int id, struct vz_look *look, struct vz_err *e);
int vz_look_write(unsigned int id, const struct vz_ub_row rows[UB_NR_RESOURCES], struct vz_err *e);
void vz_look_forget(unsigned int id);
/* Failures since a look; counts that went back began anew. */
long vz_look_new(const struct vz_ub_row *now, const struct vz_ub_row *then);

#endif /* LIBVZ_LOOK_H */
