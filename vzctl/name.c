// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of VEs: what create and set share. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/conf_list.h"
#include "libvz/err.h"
#include "libvz/paths.h"
#include "libvz/value.h"
#include "vzctl/name.h"

static void link_path(char *buf, const char *name)
{
	snprintf(buf, PATH_MAX, VZ_NAMES "/%s", name);
}

static int take_name(const struct vz_conf *c, const char *name, struct vz_err *e)
{
	char path[PATH_MAX], conf[PATH_MAX];
	struct vz_err none = { 0 };
	unsigned int id;

	link_path(path, name);
	vz_conf_path(conf, c->id);
	if (!symlink(conf, path))
		return 0;
	if (errno != EEXIST)
		return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot make %s", path);
	if (!vz_conf_resolve(name, &id, &none) && id == c->id)
		return 0;
	vz_error_free(&none);
	/* A link into nowhere belongs to nobody. */
	if (access(path, F_OK) && !unlink(path) && !symlink(conf, path))
		return 0;
	return vz_error(e, VZ_SETNAME, -EEXIST, "Conflict: name %s already used by another CT",
			name);
}

int name_check(const struct vz_conf *c, const char *name, struct vz_err *e)
{
	struct vz_err none = { 0 };
	unsigned int id = c->id;

	if (!vz_name_valid(name))
		return vz_error(e, VZ_SETNAME, -EINVAL, "Invalid --name: %s", name);
	vz_conf_resolve(name, &id, &none);
	vz_error_free(&none);
	return id == c->id ? 0 : vz_error(e, VZ_SETNAME, -EEXIST,
					  "Conflict: name %s already used by another CT", name);
}

int set_name(struct vz_conf *c, const char *name, struct vz_err *e)
{
	cleanup_free char *old = c->name ? strdup(c->name) : NULL;
	char path[PATH_MAX];
	unsigned int id;
	int ret;

	if (name && *name) {
		if (!vz_name_valid(name))
			return vz_error(e, VZ_SETNAME, -EINVAL, "Invalid --name: %s", name);
		if (mkdir(VZ_NAMES, 0755) && errno != EEXIST)
			return vz_error_sys(e, VZ_SETNAME, -errno, "Cannot make " VZ_NAMES);
		ret = take_name(c, name, e);
		if (ret)
			return ret;
	}
	if (old && vz_name_valid(old) && (!name || strcmp(old, name))) {
		struct vz_err none = { 0 };

		link_path(path, old);
		ret = !vz_conf_resolve(old, &id, &none) && id == c->id && unlink(path) ?
		      -errno : 0;
		vz_error_free(&none);
		if (ret && ret != -ENOENT)
			return vz_error_sys(e, VZ_SETNAME, ret, "Cannot remove %s", path);
	}
	return vz_conf_set(c, "NAME", name && *name ? name : NULL, e);
}
