// SPDX-License-Identifier: GPL-2.0-or-later
/* iolimit, iopslimit and ioprio of a configuration, written to the VE's cgroup. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "libvz/cgroup.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/limits_io.h"
#include "libvz/log.h"
#include "libvz/value.h"

/* A kernel of before these limits has no such file. */
static int write_rate(unsigned int id, const char *file, long rate, struct vz_err *e)
{
	char path[PATH_MAX], text[24] = "max";

	if (access(vz_cgroup_path(path, id, file), F_OK)) {
		if (rate)
			vz_debug("%s is not enforced by this kernel", file);
		return 0;
	}
	if (rate && rate != VZ_UNLIMITED)
		snprintf(text, sizeof(text), "%ld", rate);
	return vz_cgroup_write(id, file, text, e);
}

/*
 * A weight of the disks' time. It counts where a disk has a scheduler that
 * knows cgroups; which file there is depends on the kernel.
 */
static int write_prio(unsigned int id, unsigned int prio, struct vz_err *e)
{
	static const unsigned int weights[VZ_IOPRIO_MAX + 1] = { 320, 365, 410, 460,
								 500, 550, 600, 640 };
	static const char *const files[] = { "io.weight", "io.bfq.weight" };
	char path[PATH_MAX], text[24];
	size_t i;
	int ret;

	snprintf(text, sizeof(text), "default %u", weights[prio]);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (access(vz_cgroup_path(path, id, files[i]), F_OK))
			continue;
		ret = vz_cgroup_write(id, files[i], text, e);
		if (ret)
			return ret;
	}
	return 0;
}

int vz_apply_io(const struct vz_conf *c, struct vz_err *e)
{
	int ret = write_rate(c->id, "ve.ub.iolimit", c->iolimit, e);

	if (!ret)
		ret = write_rate(c->id, "ve.ub.iopslimit", c->iopslimit, e);
	return ret ? ret : write_prio(c->id, c->ioprio, e);
}
