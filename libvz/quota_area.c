// SPDX-License-Identifier: GPL-2.0-or-later
/* A private area under quota. No state but that of the file system. */
#include <errno.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/quota.h"
#include "libvz/quota_area.h"
#include "libvz/quota_walk.h"

int vz_quota_take(const struct vz_conf *c, int area, struct vz_err *e)
{
	const unsigned int project = vz_quota_project(c->id);
	int ret;

	if (!vz_quota_wanted(c))
		return 0;
	ret = vz_quota_check(area, e);
	if (ret && !vz_quota_has_limits(c)) {
		vz_error_free(e);
		return 0;
	}
	if (!ret && !vz_quota_marked(area, project))
		ret = vz_quota_walk(area, project, e);
	return ret ? ret : vz_quota_limit(c, area, 0, e);
}

int vz_quota_ready(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int area = -1;
	int ret = vz_area_open(c, &area, e);

	if (ret)
		return ret;
	if (!vz_quota_wanted(c)) {
		if (vz_quota_marked(area, vz_quota_project(c->id)))
			vz_quota_limit(c, area, 0, NULL);
		return 0;
	}
	ret = vz_quota_take(c, area, e);
	if (ret != -EOPNOTSUPP)
		return ret;
	vz_warn("Warning: the CT's disk space is not limited: %s", e->msg);
	vz_error_free(e);
	return 0;
}

int vz_quota_apply(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int area = -1;
	int ret = vz_area_open(c, &area, e);

	if (!ret)
		ret = vz_quota_check(area, e);
	if (ret)
		return vz_quota_has_limits(c) ? ret : (vz_error_free(e), 0);
	if (!vz_quota_marked(area, vz_quota_project(c->id)))
		return vz_quota_has_limits(c) ?
		       vz_error(e, VZ_QUOTA, -EBUSY, "The files of this CT are not counted yet, "
				"because it was started without quota: stop it, set the limit, "
				"and start it") : 0;
	return vz_quota_limit(c, area, VZ_QUOTA_SPACE | VZ_QUOTA_FILES, e);
}
