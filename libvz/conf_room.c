// SPDX-License-Identifier: GPL-2.0-or-later
/* Files without a name are made in the folder, given room, and forgotten. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_room.h"
#include "libvz/err.h"
#include "libvz/paths.h"

#define MORE	8192

int vz_conf_can_change(struct vz_err *e)
{
	if (access(VZ_CONFDIR, W_OK) && errno != ENOENT)
		return vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot write in " VZ_CONFDIR);
	if (access(VZ_NAMES, W_OK) && errno != ENOENT)
		return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot write in " VZ_NAMES);
	return 0;
}

/* A file system that has no files without a name, or no room to reserve, is not asked. */
static int reserve(int *fd, off_t bytes)
{
	*fd = open(VZ_CONFDIR, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0)
		return errno == ENOSPC || errno == EDQUOT ? -errno : 0;
	return fallocate(*fd, 0, 0, bytes) && (errno == ENOSPC || errno == EDQUOT) ? -errno : 0;
}

int vz_conf_has_room(unsigned int id, struct vz_err *e)
{
	cleanup_close int text = -1, name = -1;
	char path[PATH_MAX];
	struct stat st = { 0 };
	int ret = vz_conf_can_change(e);

	if (ret)
		return ret;
	if (stat(vz_conf_path(path, id), &st))
		st.st_size = 0;
	ret = reserve(&text, st.st_size + MORE);
	/* The link of a name. */
	if (!ret)
		ret = reserve(&name, 1);
	return ret ? vz_error_sys(e, VZ_SAVECONF, ret, "Cannot write in " VZ_CONFDIR) : 0;
}
