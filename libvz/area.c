// SPDX-License-Identifier: GPL-2.0-or-later
/* A private area as it is on disk. No state. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "libvz/area.h"
#include "libvz/conf.h"
#include "libvz/err.h"

int vz_area_open(const struct vz_conf *c, int *fd, struct vz_err *e)
{
	*fd = -1;
	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	*fd = open(c->private, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? vz_error_sys(e, VZ_PRIVATEMISSING, -errno, "Container private area %s",
				      c->private) : 0;
}

int vz_area_rename(const struct vz_conf *c, const char *to, struct vz_err *e)
{
	if (!strcmp(c->private, to) || !rename(c->private, to) || errno == ENOENT)
		return 0;
	return vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s to %s", c->private, to);
}
