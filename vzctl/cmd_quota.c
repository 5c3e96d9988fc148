// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vzctl quotaon, quotaoff, quotainit, for scripts of old. The file system counts
 * always and by itself; a mount or a start sets the limits of the configuration.
 */
#include <errno.h>
#include <getopt.h>
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/log.h"
#include "libvz/mounted.h"
#include "libvz/quota.h"
#include "libvz/quota_area.h"
#include "libvz/state.h"
#include "vzctl/cmd_quota.h"
#include "vzctl/options.h"

static int no_words(int argc, char **argv, struct vz_err *e)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };

	if (next_option(argc, argv, none, VZ_BADSYNTAX, e) == '?')
		return e->err;
	return no_more_words(argc, argv, e);
}

static bool in_use(const struct ctx *x)
{
	return vz_ve_occupied(x->id) || vz_ve_mounted(x->c);
}

static int set_on(struct ctx *x, struct vz_err *e)
{
	if (!vz_quota_wanted(x->c))
		return vz_error(e, VZ_QUOTA, -EINVAL, "Disk quota of this CT is off: "
				"DISK_QUOTA=no is in its configuration or in /etc/vz/vz.conf");
	return in_use(x) ? vz_quota_apply(x->c, e) : vz_quota_ready(x->c, e);
}

int cmd_quotaon(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	int ret = no_words(argc, argv, e);

	if (!ret)
		ret = set_on(x, e);
	if (!ret)
		vz_say("The container's limits of disk space are set");
	return ret;
}

int cmd_quotaoff(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	int ret = no_words(argc, argv, e);

	if (ret)
		return ret;
	if (in_use(x))
		return vz_error(e, VZ_RUNNING, -EBUSY,
				"Container is running or mounted: its quota cannot be turned off "
				"(vzctl set --diskquota no takes its limits off)");
	vz_quota_forget(x->c);
	vz_say("The container's limits of disk space are off until it is mounted or started");
	return 0;
}

int cmd_quotainit(struct ctx *x, int argc, char **argv, struct vz_err *e)
{
	int ret = no_words(argc, argv, e);

	if (!ret)
		ret = set_on(x, e);
	if (!ret)
		vz_say("The file system counts the container's files by itself");
	return ret;
}
