// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits of a configuration, written to the VE's cgroup. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "include/vz/abi.h"
#include "libvz/cgroup.h"
#include "libvz/cleanup.h"
#include "libvz/conf.h"
#include "libvz/cpuset.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "libvz/limits.h"
#include "libvz/limits_io.h"
#include "libvz/log.h"
#include "libvz/rate.h"
#include "libvz/setting.h"
#include "libvz/ub.h"
#include "libvz/value.h"

static void number(long v, char *buf, size_t size)
{
	if (v == VZ_UNLIMITED)
		snprintf(buf, size, "max");
	else
		snprintf(buf, size, "%ld", v);
}

/* A kernel older than these tools does not know the newer rows. */
static bool kernel_has(unsigned int id, enum ub_resource r)
{
	struct vz_ub_row rows[UB_NR_RESOURCES] = { 0 };

	return vz_ub_read(id, rows, NULL) || rows[r].live;
}

/* file: its ve.ub.resources, or -errno. */
static int write_ub(unsigned int id, int file, enum ub_resource r, const struct vz_limit *l,
		    struct vz_err *e)
{
	char b[24], lim[24], text[96];
	int ret = file < 0 ? file : 0, n;

	number(l->barrier, b, sizeof(b));
	number(l->limit, lim, sizeof(lim));
	n = snprintf(text, sizeof(text), "%s %s %s", vz_ub_name(r), b, lim);
	if (!ret && write(file, text, n) != n)
		ret = -errno;
	if (ret == -EOPNOTSUPP || (ret == -EINVAL && !kernel_has(id, r)))
		return -EOPNOTSUPP;
	return ret ? vz_error_sys(e, VZ_SET_UBC, ret, "Cannot set %s to %s:%s", vz_ub_name(r), b,
				  lim)
		   : 0;
}

static int open_ub(unsigned int id)
{
	char path[PATH_MAX];
	int fd = open(vz_cgroup_path(path, id, "ve.ub.resources"), O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int vz_apply_ub(unsigned int id, enum ub_resource r, const struct vz_limit *l, struct vz_err *e)
{
	cleanup_close int file = open_ub(id);

	return write_ub(id, file, r, l, e);
}

/* Classic units, 1000 for a plain VE, onto weights where that is 100. */
static unsigned int weight(unsigned int cpuunits)
{
	unsigned int w = cpuunits / 10;

	return w < 1 ? 1 : w > 10000 ? 10000 : w;
}

static int write_optional(unsigned int id, const char *file, const char *text, struct vz_err *e)
{
	char path[PATH_MAX];

	/* A kernel without the cpu controller has no such file. */
	if (access(vz_cgroup_path(path, id, file), F_OK))
		return 0;
	return vz_cgroup_write(id, file, text, e);
}

int vz_apply_cpu(const struct vz_conf *c, struct vz_err *e)
{
	/* cpulimit is percent of one CPU; cpus is a rate as well: the smaller counts. */
	unsigned int percent = c->cpulimit;
	char text[48], number_of[16] = "max";
	int ret;

	if (c->cpus && (!percent || c->cpus * 100 < percent))
		percent = c->cpus * 100;
	snprintf(text, sizeof(text), "%u", weight(c->cpuunits ? c->cpuunits : 1000));
	ret = write_optional(c->id, "cpu.weight", text, e);
	if (ret)
		return ret;
	if (c->cpus)
		snprintf(number_of, sizeof(number_of), "%u", c->cpus);
	ret = write_optional(c->id, "ve.cpus", number_of, e);
	if (ret)
		return ret;
	if (percent)
		snprintf(text, sizeof(text), "%lu 100000", percent * 1000UL);
	else
		snprintf(text, sizeof(text), "max 100000");
	return write_optional(c->id, "cpu.max", text, e);
}

int vz_ve_apply_limits(const struct vz_conf *c, struct vz_err *e)
{
	cleanup_close int file = open_ub(c->id);
	int r, ret;

	for (r = 0; r < UB_NR_RESOURCES; r++) {
		if (!c->ub[r].set || !vz_ub_var(r))
			continue;
		ret = write_ub(c->id, file, r, &c->ub[r], e);
		if (ret == -EOPNOTSUPP)
			vz_debug("%s is not enforced by this kernel", vz_ub_var(r));
		else if (ret)
			return ret;
	}
	ret = vz_apply_cpu(c, e);
	if (!ret)
		ret = vz_apply_cpuset(c, e);
	if (!ret)
		ret = vz_apply_io(c, e);
	return ret ? ret : vz_rate_apply(c, e);
}
