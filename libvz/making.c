// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/guest_conf.h"
#include "libvz/log.h"
#include "libvz/making.h"
#include "libvz/paths.h"
#include "libvz/quota.h"
#include "libvz/state.h"
#include "libvz/tree.h"
#include "libvz/value.h"

int vz_making_begin(struct vz_conf *c, const char *command, struct vz_err *e)
{
	return vz_conf_set(c, VZ_MAKING, command, e);
}

int vz_making_end(struct vz_conf *c, struct vz_err *e)
{
	int ret = 0;

	if (!vz_conf_get_own(c, VZ_MAKING))
		return 0;
	ret = vz_conf_set(c, VZ_MAKING, NULL, e);
	return ret ? ret : vz_conf_save(c, e);
}

static int free_name(const struct vz_conf *c, struct vz_err *e)
{
	char link[PATH_MAX], conf[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	if (!c->name || !vz_name_valid(c->name))
		return 0;
	snprintf(link, sizeof(link), VZ_NAMES "/%s", c->name);
	n = readlink(link, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	if (strcmp(target, vz_conf_path(conf, c->id)))
		return 0;
	return unlink(link) && errno != ENOENT ?
	       vz_error_sys(e, VZ_SETNAME, -errno, "Cannot remove %s", link) : 0;
}

/* The configuration goes last: as long as it is there, somebody comes back for the rest. */
int vz_making_undo(const struct vz_conf *c, struct vz_err *e)
{
	const char *command = vz_conf_get_own(c, VZ_MAKING);
	char path[PATH_MAX];
	int ret = 0;

	/* Of those that make a VE only import brings memory. */
	if (command && !strcmp(command, "import"))
		ret = vz_path_remove(vz_dump_path(path, c), e);
	if (!ret)
		ret = free_name(c, e);
	if (!ret && unlink(vz_conf_path(path, c->id)) && errno != ENOENT)
		ret = vz_error_sys(e, VZ_SAVECONF, -errno, "Cannot remove %s", path);
	if (!ret)
		vz_quota_forget(c);
	return ret;
}

int vz_making_settle(struct vz_conf *c, bool *changed, struct vz_err *e)
{
	const char *command = vz_conf_get_own(c, VZ_MAKING);
	struct stat st;
	int ret;

	if (!command || !c->private)
		return 0;
	*changed = true;
	if (lstat(c->private, &st)) {
		vz_warn("CT %u was left half made by vzctl %s: it is removed", c->id, command);
		return vz_making_undo(c, e);
	}
	ret = vz_guest_hostname(c, e);
	return ret ? ret : vz_making_end(c, e);
}
