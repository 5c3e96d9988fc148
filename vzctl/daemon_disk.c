// SPDX-License-Identifier: GPL-2.0-or-later
/* A VE that comes to a limit of its disk: the host's log, and the time that QUOTATIME grants. */
#include <limits.h>
#include <unistd.h>
#include "libvz/area.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/quota.h"
#include "libvz/quota_watch.h"
#include "vzctl/daemon_disk.h"

static void grant_time(const struct vz_quota_news *news)
{
	cleanup_conf struct vz_conf *c = NULL;
	cleanup_close int area = -1;
	struct vz_err e = { 0 };

	if ((vz_conf_load(news->id, &c, &e) || vz_area_open(c, &area, &e) ||
	     vz_quota_grace(c, area, news->over, &e)) && !news->again)
		vz_warn("CT %u: %s", news->id, e.msg);
	vz_error_free(&e);
}

static void told(void *arg, const struct vz_quota_news *news)
{
	char path[PATH_MAX];

	/* Files that no VE of this host has: somebody else's, or left of one. */
	if (access(vz_conf_path(path, news->id), F_OK))
		return;
	if (!news->again)
		vz_warn("CT %u %s", news->id, news->text);
	if (news->over)
		grant_time(news);
}

void disk_look(int fd)
{
	vz_quota_watch_read(fd, told, NULL);
}
