// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a VE stopped and not mounted? Callers hold its lock. */
#include <errno.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/mounted.h"
#include "libvz/state.h"
#include "vzctl/at_rest.h"

int at_rest_check(const struct vz_conf *c, struct vz_err *e)
{
	if (vz_ve_occupied(c->id))
		return vz_error(e, VZ_RUNNING, -EBUSY,
				"Container is currently running. Stop it first.");
	if (vz_ve_mounted(c))
		return vz_error(e, VZ_MOUNTED, -EBUSY,
				"Container is currently mounted (umount first)");
	return 0;
}
