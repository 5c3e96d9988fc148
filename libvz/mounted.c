// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a VE mounted? Apart from what mounts it, because a status asks for it all the time. */
#include <fcntl.h>
#include <sys/stat.h>
#include "libvz/conf.h"
#include "libvz/mounted.h"

bool vz_is_mountpoint(const char *path)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &st))
		return false;
	return st.stx_attributes_mask & st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

bool vz_ve_mounted(const struct vz_conf *c)
{
	return c->root && vz_is_mountpoint(c->root);
}
