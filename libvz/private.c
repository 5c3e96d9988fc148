// SPDX-License-Identifier: GPL-2.0-or-later
/* Private areas: made from a template, removed. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/overlay.h"
#include "libvz/private.h"
#include "libvz/quota.h"
#include "libvz/quota_area.h"
#include "libvz/template.h"
#include "libvz/tree.h"

/* All parents of a path; the last one is for root alone when we make it. */
static int make_parents(const char *path, struct vz_err *e)
{
	char buf[PATH_MAX];
	char *p;

	snprintf(buf, sizeof(buf), "%s", path);
	for (p = buf + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdir(buf, 0700) && errno != EEXIST)
			return vz_error_sys(e, VZ_CREATE, -errno, "Cannot make %s", buf);
	}
	return 0;
}

/*
 * Files of a VE keep their ids and setuid bits: some folder above them must
 * keep the host's users out.
 */
static int check_closed(const char *path, struct vz_err *e)
{
	char buf[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(buf, sizeof(buf), "%s", path);
	while ((slash = strrchr(buf, '/')) && slash != buf) {
		*slash = '\0';
		if (stat(buf, &st))
			return vz_error_sys(e, VZ_CREATE, -errno, "%s", buf);
		if (st.st_uid == 0 && !(st.st_mode & 011))
			return 0;
	}
	return vz_error(e, VZ_BADVALUE, -EPERM,
			"%s is open to the users of the host, who could run "
			"setuid programs of the CT: make the folder above it 0700",
			path);
}

/* Under quota before anything is in it. */
int vz_private_make(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	cleanup_close int fd = -1;

	if (mkdir(path, 0755))
		return vz_error_sys(e, errno == ENOSPC ? VZ_NOSPACE : VZ_CREATE, -errno,
				    "Cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return vz_error_sys(e, VZ_CREATE, -errno, "%s", path);
	return vz_quota_take(c, fd, e);
}

int vz_private_place(const struct vz_conf *c, struct vz_err *e)
{
	struct stat st;
	int ret;

	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	if (!lstat(c->private, &st))
		return vz_error(e, VZ_PRIVATEEXISTS, -EEXIST, "Private area already exists in %s",
				c->private);
	ret = make_parents(c->private, e);
	return ret ? ret : check_closed(c->private, e);
}

int vz_private_closed(const struct vz_conf *c, struct vz_err *e)
{
	return check_closed(c->private, e);
}

int vz_private_settle(const struct vz_conf *c, const char *path, struct vz_err *e)
{
	if (!rename(path, c->private))
		return 0;
	return vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s to %s", path, c->private);
}

/* What is in a new area, as its layout wants it. */
static int fill_area(const struct vz_conf *c, int template, const char *path, struct vz_err *e)
{
	cleanup_close int fd = -1;

	if (!vz_is_overlay(c))
		return vz_template_unpack(template, path, e);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? vz_error_sys(e, VZ_CREATE, -errno, "%s", path) : vz_overlay_make(fd, e);
}

int vz_private_create(const struct vz_conf *c, const char *ostemplate, struct vz_err *e)
{
	cleanup_close int template = -1;
	char tmp[PATH_MAX];
	int ret = vz_template_open(c, ostemplate, &template, e);

	if (!ret)
		ret = vz_private_place(c, e);
	snprintf(tmp, sizeof(tmp), "%s.tmp", c->private);
	if (ret)
		return ret;
	ret = vz_path_remove(tmp, e);
	if (ret)
		return ret;
	ret = vz_private_make(c, tmp, e);
	if (!ret)
		ret = fill_area(c, template, tmp, e);
	if (!ret && rename(tmp, c->private))
		ret = vz_error_sys(e, VZ_CREATE, -errno, "Cannot rename %s", tmp);
	if (ret) {
		vz_path_remove(tmp, NULL);
		vz_quota_forget(c);
	}
	return ret;
}

int vz_private_remove(const struct vz_conf *c, struct vz_err *e)
{
	int ret;

	if (!c->private)
		return vz_error(e, VZ_NOPRIVATE, -EINVAL, "VE_PRIVATE is not set");
	/* It loses its name first: half an area is never taken for a whole one. */
	ret = vz_path_remove(c->private, e);
	if (ret) {
		if (e)
			e->cause = VZ_DESTROY;
		return ret;
	}
	vz_quota_forget(c);
	return 0;
}
